import { wrapPicture } from "./create-picture.js";
import type { Picture } from "./picture.js";
import { pixelsOf } from "./pixels.js";

/** A picture between two of the same size: `from` at 0, `to` at 1. */
export function blendPictures(from: Picture, to: Picture, amount: number): Picture {
  const { data: start } = pixelsOf(from);
  const { data: end, width, height } = pixelsOf(to);
  const data = new Uint8ClampedArray(end.length);
  for (let i = 0; i < data.length; i++) data[i] = start[i]! + amount * (end[i]! - start[i]!);
  return wrapPicture(data, width, height);
}
