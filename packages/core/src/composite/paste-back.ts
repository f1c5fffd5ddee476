import { applySimilarity, invertSimilarity, similarityScale } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { resample } from "../picture/resample.js";

/** Shares that change a byte by half a step at most. */
const INVISIBLE = 0.5 / 255;

/** A square that lies over a photo. */
export interface Overlay {
  /** A square. */
  picture: Picture;
  /** Shares of the square in the result, 0 to 1: any square number of them, row by row, which cover the whole square. */
  mask: Float32Array;
  /** From pixels of the photo to pixels of the square. */
  transform: SimilarityTransform;
}

/**
 * Pastes a square into a photo through its inverse transform. Bytes where the mask is 0, and all alpha, stay exactly as
 * they are.
 *
 * @param photo its bytes are changed in place.
 */
export function pasteBack(photo: Picture, { picture: square, mask, transform }: Overlay): void {
  const scaled = nearPhotoScale(square, 1 / similarityScale(transform));
  writeMask(scaled, mask);
  const scale = scaled.width / square.width;
  drawMasked(photo, scaled, {
    a: transform.a * scale,
    b: transform.b * scale,
    tx: transform.tx * scale,
    ty: transform.ty * scale,
  });
}

/**
 * A copy of the square at a scale at which linear interpolation gives a good picture: shrunk to the photo's scale by
 * averaging areas, or doubled with Catmull-Rom splines, so that all there is to interpolate is smooth.
 */
function nearPhotoScale(square: Picture, enlargement: number): Picture {
  const side = enlargement < 1 ? Math.max(2, Math.round(square.width * enlargement)) : square.width * 2;
  const filter = enlargement < 1 ? "area" : "cubic";
  const whole = { start: 0, length: square.width };
  return resample(square, { columns: whole, rows: whole }, { width: side, height: side }, filter);
}

/** Makes the mask the alpha of a square, so that one interpolation gives the colour and its share. */
function writeMask({ data, width }: Picture, mask: Float32Array): void {
  const side = Math.sqrt(mask.length);
  const last = side - 1;
  const toMask = side / width;
  for (let y = 0, at = 3; y < width; y++) {
    const maskY = Math.min(Math.max((y + 0.5) * toMask - 0.5, 0), last);
    const row = Math.min(maskY | 0, last - 1);
    const fy = maskY - row;
    for (let x = 0; x < width; x++, at += 4) {
      const maskX = Math.min(Math.max((x + 0.5) * toMask - 0.5, 0), last);
      const column = Math.min(maskX | 0, last - 1);
      const fx = maskX - column;
      const i = row * side + column;
      const upper = mask[i]! + fx * (mask[i + 1]! - mask[i]!);
      const lower = mask[i + side]! + fx * (mask[i + side + 1]! - mask[i + side]!);
      data[at] = 255 * (upper + fy * (lower - upper));
    }
  }
}

/** Draws a square over a photo with its alpha as its share, interpolated linearly; half a pixel at its edge is left out. */
function drawMasked({ data, width, height }: Picture, square: Picture, toSquare: SimilarityTransform): void {
  const { a, b, tx, ty } = toSquare;
  const bounds = boundsInPhoto(width, height, toSquare, square.width);
  const source = square.data;
  const stride = square.width * 4;
  const last = square.width - 1;
  for (let y = bounds.top; y < bounds.bottom; y++) {
    const beginU = a * 0.5 - b * (y + 0.5) + tx - 0.5;
    const beginV = b * 0.5 + a * (y + 0.5) + ty - 0.5;
    for (let x = bounds.left, at = (y * width + x) * 4; x < bounds.right; x++, at += 4) {
      const u = a * x + beginU;
      const v = b * x + beginV;
      if (!(u >= 0 && v >= 0 && u < last && v < last)) continue;
      const column = u | 0;
      const row = v | 0;
      const fx = u - column;
      const fy = v - row;
      const w11 = fx * fy;
      const w10 = fy - w11;
      const w01 = fx - w11;
      const w00 = 1 - fx - w10;
      const i = row * stride + column * 4;
      const j = i + stride;
      const alpha = w00 * source[i + 3]! + w01 * source[i + 7]! + w10 * source[j + 3]! + w11 * source[j + 7]!;
      const share = alpha / 255;
      if (share < INVISIBLE) continue;
      const red = data[at]!;
      const green = data[at + 1]!;
      const blue = data[at + 2]!;
      data[at] =
        red + share * (w00 * source[i]! + w01 * source[i + 4]! + w10 * source[j]! + w11 * source[j + 4]! - red);
      data[at + 1] =
        green +
        share * (w00 * source[i + 1]! + w01 * source[i + 5]! + w10 * source[j + 1]! + w11 * source[j + 5]! - green);
      data[at + 2] =
        blue +
        share * (w00 * source[i + 2]! + w01 * source[i + 6]! + w10 * source[j + 2]! + w11 * source[j + 6]! - blue);
    }
  }
}

function boundsInPhoto(width: number, height: number, toSquare: SimilarityTransform, size: number) {
  const toPhoto = invertSimilarity(toSquare);
  const corners = [0, size].flatMap((y) => [0, size].map((x) => applySimilarity(toPhoto, { x, y })));
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return {
    left: Math.max(0, Math.floor(Math.min(...xs))),
    top: Math.max(0, Math.floor(Math.min(...ys))),
    right: Math.min(width, Math.ceil(Math.max(...xs))),
    bottom: Math.min(height, Math.ceil(Math.max(...ys))),
  };
}
