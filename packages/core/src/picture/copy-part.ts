import type { Box } from "../geometry/types.js";
import { createPicture, type Picture } from "./picture.js";

/** Copies a picture into another, which must hold it. @param x where its upper left corner goes, as does `y`; whole pixels. */
export function copyInto(target: Picture, part: Picture, x: number, y: number): void {
  const length = part.width * 4;
  for (let row = 0; row < part.height; row++) {
    const begin = row * length;
    target.data.set(part.data.subarray(begin, begin + length), ((y + row) * target.width + x) * 4);
  }
}

/** A copy of a part of a picture, which must hold it. @param part whole pixels. */
export function partOf({ width, data }: Picture, part: Box): Picture {
  const copy = createPicture(part.width, part.height);
  for (let row = 0; row < part.height; row++) {
    const begin = ((part.y + row) * width + part.x) * 4;
    copy.data.set(data.subarray(begin, begin + part.width * 4), row * part.width * 4);
  }
  return copy;
}
