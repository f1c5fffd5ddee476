import { applySimilarity, invertSimilarity, similarityScale } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { pixelsOf } from "../picture/pixels.js";
import { resample } from "../picture/resample.js";

/** Shares that change a byte by less than a half at most. */
const INVISIBLE = 0.5 / 255;

/** A square that lies over a photo. */
export interface Overlay {
  /** `[size, size, 4]` */
  picture: Picture;
  /** `size × size` shares of the square in the result, 0 to 1. */
  mask: Float32Array;
  /** From pixels of the photo to pixels of the square. */
  transform: SimilarityTransform;
}

/**
 * Pastes a square into a photo through its inverse transform, with Catmull-Rom interpolation where it grows and averaged
 * areas where it shrinks. Bytes where the mask is 0, and all alpha, stay exactly as they are.
 *
 * @param photo is changed in place.
 */
export function pasteBack(photo: { data: Uint8ClampedArray; width: number; height: number }, overlay: Overlay): void {
  const { transform, mask } = overlay;
  const square = pixelsOf(overlay.picture);
  const size = square.width;
  const enlargement = 1 / similarityScale(transform);
  const side = enlargement < 1 ? Math.max(1, Math.round(size * enlargement)) : size;
  const whole = { start: 0, length: size };
  const source = side === size ? square : resample(square, whole, whole, side, side, "area", "area");
  const { data } = source;
  const toSource = side / size;
  const lastCell = size - 1;
  const lastPixel = side - 1;
  const stride = side * 4;

  const toPhoto = invertSimilarity(transform);
  const corners = [0, size].flatMap((y) => [0, size].map((x) => applySimilarity(toPhoto, { x, y })));
  const firstX = Math.max(0, Math.floor(Math.min(...corners.map(({ x }) => x))));
  const firstY = Math.max(0, Math.floor(Math.min(...corners.map(({ y }) => y))));
  const endX = Math.min(photo.width, Math.ceil(Math.max(...corners.map(({ x }) => x))));
  const endY = Math.min(photo.height, Math.ceil(Math.max(...corners.map(({ y }) => y))));
  const { a, b, tx, ty } = transform;

  for (let y = firstY; y < endY; y++) {
    const beginU = -b * (y + 0.5) + tx;
    const beginV = a * (y + 0.5) + ty;
    for (let x = firstX, at = (y * photo.width + firstX) * 4; x < endX; x++, at += 4) {
      const u = a * (x + 0.5) + beginU;
      const v = b * (x + 0.5) + beginV;
      if (u <= 0 || v <= 0 || u >= size || v >= size) continue;

      const maskX = Math.min(Math.max(u - 0.5, 0), lastCell);
      const maskY = Math.min(Math.max(v - 0.5, 0), lastCell);
      const cellX = maskX | 0;
      const cellY = maskY | 0;
      const right = maskX - cellX;
      const below = maskY - cellY;
      const cell = cellY * size + cellX;
      const nextX = cellX < lastCell ? 1 : 0;
      const nextY = cellY < lastCell ? size : 0;
      const upper = mask[cell]! + right * (mask[cell + nextX]! - mask[cell]!);
      const lower = mask[cell + nextY]! + right * (mask[cell + nextY + nextX]! - mask[cell + nextY]!);
      const share = upper + below * (lower - upper);
      if (share < INVISIBLE) continue;

      const sourceX = u * toSource - 0.5;
      const sourceY = v * toSource - 0.5;
      const column = Math.floor(sourceX);
      const row = Math.floor(sourceY);
      const fx = sourceX - column;
      const fy = sourceY - row;
      const wx0 = ((-0.5 * fx + 1) * fx - 0.5) * fx;
      const wx1 = (1.5 * fx - 2.5) * fx * fx + 1;
      const wx2 = ((-1.5 * fx + 2) * fx + 0.5) * fx;
      const wx3 = (0.5 * fx - 0.5) * fx * fx;
      const c0 = Math.max(column - 1, 0) * 4;
      const c1 = Math.max(column, 0) * 4;
      const c2 = Math.min(column + 1, lastPixel) * 4;
      const c3 = Math.min(column + 2, lastPixel) * 4;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < 4; tap++) {
        const weight =
          tap === 0
            ? ((-0.5 * fy + 1) * fy - 0.5) * fy
            : tap === 1
              ? (1.5 * fy - 2.5) * fy * fy + 1
              : tap === 2
                ? ((-1.5 * fy + 2) * fy + 0.5) * fy
                : (0.5 * fy - 0.5) * fy * fy;
        const line = Math.min(Math.max(row - 1 + tap, 0), lastPixel) * stride;
        const i0 = line + c0;
        const i1 = line + c1;
        const i2 = line + c2;
        const i3 = line + c3;
        red += weight * (wx0 * data[i0]! + wx1 * data[i1]! + wx2 * data[i2]! + wx3 * data[i3]!);
        green += weight * (wx0 * data[i0 + 1]! + wx1 * data[i1 + 1]! + wx2 * data[i2 + 1]! + wx3 * data[i3 + 1]!);
        blue += weight * (wx0 * data[i0 + 2]! + wx1 * data[i1 + 2]! + wx2 * data[i2 + 2]! + wx3 * data[i3 + 2]!);
      }
      photo.data[at]! += share * (clamp(red) - photo.data[at]!);
      photo.data[at + 1]! += share * (clamp(green) - photo.data[at + 1]!);
      photo.data[at + 2]! += share * (clamp(blue) - photo.data[at + 2]!);
    }
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : Math.min(value, 255);
}
