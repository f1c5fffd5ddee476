import { wrapPicture } from "./create-picture.js";
import type { Picture } from "./picture.js";
import { pixelsOf } from "./pixels.js";

/** The picture over white, opaque; an opaque picture is returned as it is. */
export function flatten(picture: Picture): Picture {
  const { width, height, data } = pixelsOf(picture);
  let i = 3;
  while (i < data.length && data[i] === 255) i += 4;
  if (i >= data.length) return picture;
  const flat = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3]! / 255;
    const white = 255 * (1 - alpha);
    flat[at] = data[at]! * alpha + white;
    flat[at + 1] = data[at + 1]! * alpha + white;
    flat[at + 2] = data[at + 2]! * alpha + white;
    flat[at + 3] = 255;
  }
  return wrapPicture(flat, width, height);
}
