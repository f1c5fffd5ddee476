import type { Picture } from "../picture/picture.js";
import { resample } from "../picture/resample.js";

/** A picture at a smaller size, averaged, opaque; itself where it has that size. */
export function shrink(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const columns = { start: 0, length: picture.width };
  const rows = { start: 0, length: picture.height };
  return resample(picture, { columns, rows }, { width, height }, "area");
}
