import type { Picture } from "./picture.js";

/** A picture between two of the same size: `from` at 0, `to` at 1. */
export function blendPictures(from: Picture, to: Picture, amount: number): Picture {
  const { data: start } = from;
  const { data: end, width, height } = to;
  const data = new Uint8ClampedArray(end.length);
  for (let i = 0; i < data.length; i++) data[i] = start[i]! + amount * (end[i]! - start[i]!);
  return { width, height, data };
}
