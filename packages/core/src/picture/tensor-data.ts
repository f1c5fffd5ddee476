import type { Box } from "../geometry/types.js";
import { createPicture, type Picture } from "./picture.js";

const toRange = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/**
 * The colours of a picture as a network reads them; alpha is left out.
 *
 * @returns RGB planes `[3, height, width]` in [-1, 1], `x / 127.5 - 1` as in the published preprocessing.
 */
export function toTensorData(picture: Picture): Float32Array {
  return regionTensorData(picture, { x: 0, y: 0, width: picture.width, height: picture.height });
}

/**
 * The colours of a part of a picture as a network reads them.
 *
 * @param region whole pixels; beyond its edges the picture is mirrored.
 * @returns RGB planes `[3, region.height, region.width]` in [-1, 1].
 */
export function regionTensorData({ width, height, data }: Picture, region: Box): Float32Array {
  const plane = region.width * region.height;
  const planes = new Float32Array(3 * plane);
  const columns = Int32Array.from({ length: region.width }, (_, i) => mirrored(region.x + i, width) * 4);
  for (let row = 0, i = 0; row < region.height; row++) {
    const begin = mirrored(region.y + row, height) * width * 4;
    for (let column = 0; column < region.width; column++, i++) {
      const at = begin + columns[column]!;
      planes[i] = toRange[data[at]!]!;
      planes[plane + i] = toRange[data[at + 1]!]!;
      planes[2 * plane + i] = toRange[data[at + 2]!]!;
    }
  }
  return planes;
}

/** The pixel that a coordinate beyond the edge mirrors: -1 is 0, -2 is 1, `length` is `length - 1`. */
function mirrored(coordinate: number, length: number): number {
  let i = coordinate;
  while (i < 0 || i >= length) i = i < 0 ? -1 - i : 2 * length - 1 - i;
  return i;
}

/**
 * An opaque picture of what a network wrote, or of a part of it.
 *
 * @param planes RGB planes `[3, height, width]`; -1 becomes 0 and 1 becomes 255, rounded, and clamped beyond.
 * @param part whole pixels. @default all
 */
export function fromTensorData(
  planes: Float32Array,
  width: number,
  height: number,
  part: Box = { x: 0, y: 0, width, height },
): Picture {
  const plane = width * height;
  const picture = createPicture(part.width, part.height);
  const { data } = picture;
  for (let row = 0, at = 0; row < part.height; row++) {
    for (let i = (part.y + row) * width + part.x, end = i + part.width; i < end; i++, at += 4) {
      data[at] = (planes[i]! + 1) * 127.5;
      data[at + 1] = (planes[plane + i]! + 1) * 127.5;
      data[at + 2] = (planes[2 * plane + i]! + 1) * 127.5;
      data[at + 3] = 255;
    }
  }
  return picture;
}
