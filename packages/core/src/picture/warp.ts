import { applySimilarity, invertSimilarity, similarityScale } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import { wrapPicture } from "./create-picture.js";
import type { Picture } from "./picture.js";
import { type Pixels, pixelsOf } from "./pixels.js";
import { resample } from "./resample.js";

/**
 * Cuts a square out of a picture through a similarity transform, with Catmull-Rom interpolation. Where the square is
 * coarser than the picture, the part it covers is first shrunk by averaging areas, so that nothing aliases. Beyond its
 * edges the picture is mirrored.
 *
 * @param picture alpha is not looked at; {@link flatten} a picture that is not opaque first.
 * @param toSquare from pixels of the picture to pixels of the square; {@link cropToSquare} makes one.
 * @param size side of the square in pixels.
 * @returns an opaque picture `[size, size, 4]`.
 */
export function warpSquare(picture: Picture, toSquare: SimilarityTransform, size: number): Picture {
  const pixels = pixelsOf(picture);
  const shrunk = shrinkCovered(pixels, toSquare, size);
  return wrapPicture(sampleSquare(shrunk.pixels, shrunk.fromSquare, size), size, size);
}

/** A picture and the transform from the square to its pixels. */
interface Covered {
  pixels: Pixels;
  fromSquare: { a: number; b: number; tx: number; ty: number; stretchX: number; stretchY: number };
}

/** Pixels around the covered part that the interpolation reaches. */
const MARGIN = 3;

function shrinkCovered(pixels: Pixels, toSquare: SimilarityTransform, size: number): Covered {
  const fromSquare = invertSimilarity(toSquare);
  const minification = similarityScale(fromSquare);
  if (minification <= 1) return { pixels, fromSquare: { ...fromSquare, stretchX: 1, stretchY: 1 } };

  const corners = [0, size].flatMap((y) => [0, size].map((x) => applySimilarity(fromSquare, { x, y })));
  const margin = MARGIN * minification;
  const columns = coveredSpan(
    corners.map(({ x }) => x),
    margin,
    pixels.width,
  );
  const rows = coveredSpan(
    corners.map(({ y }) => y),
    margin,
    pixels.height,
  );
  const width = Math.max(1, Math.round(columns.length / minification));
  const height = Math.max(1, Math.round(rows.length / minification));
  const small = resample(pixels, columns, rows, width, height, "area", "area");
  const stretchX = width / columns.length;
  const stretchY = height / rows.length;
  return {
    pixels: small,
    fromSquare: {
      a: fromSquare.a,
      b: fromSquare.b,
      tx: fromSquare.tx - columns.start,
      ty: fromSquare.ty - rows.start,
      stretchX,
      stretchY,
    },
  };
}

/** Whole pixels from the least to the greatest coordinate, and as far inwards as the mirror image of what lies outside. */
function coveredSpan(coordinates: number[], margin: number, length: number): { start: number; length: number } {
  const least = Math.min(...coordinates) - margin;
  const greatest = Math.max(...coordinates) + margin;
  const start = Math.max(0, Math.min(length - 1, Math.floor(Math.min(least, 2 * length - greatest))));
  const end = Math.min(length, Math.max(1, Math.ceil(Math.max(greatest, -least))));
  return { start, length: Math.max(end, start + 1) - start };
}

function sampleSquare({ width, height, data }: Pixels, from: Covered["fromSquare"], size: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(size * size * 4);
  const stride = width * 4;
  const stepXx = from.a * from.stretchX;
  const stepXy = from.b * from.stretchY;
  const columnAt = new Int32Array(4);
  const rowAt = new Int32Array(4);
  for (let v = 0, at = 0; v < size; v++) {
    const beginX = (from.a * 0.5 - from.b * (v + 0.5) + from.tx) * from.stretchX - 0.5;
    const beginY = (from.b * 0.5 + from.a * (v + 0.5) + from.ty) * from.stretchY - 0.5;
    for (let u = 0; u < size; u++, at += 4) {
      const x = beginX + u * stepXx;
      const y = beginY + u * stepXy;
      const column = Math.floor(x);
      const row = Math.floor(y);
      const fx = x - column;
      const fy = y - row;
      const wx0 = ((-0.5 * fx + 1) * fx - 0.5) * fx;
      const wx1 = (1.5 * fx - 2.5) * fx * fx + 1;
      const wx2 = ((-1.5 * fx + 2) * fx + 0.5) * fx;
      const wx3 = (0.5 * fx - 0.5) * fx * fx;
      let red = 0;
      let green = 0;
      let blue = 0;
      if (column >= 1 && row >= 1 && column < width - 2 && row < height - 2) {
        let i = (row - 1) * stride + (column - 1) * 4;
        for (let tap = 0; tap < 4; tap++, i += stride) {
          const weight = rowWeight(tap, fy);
          red += weight * (wx0 * data[i]! + wx1 * data[i + 4]! + wx2 * data[i + 8]! + wx3 * data[i + 12]!);
          green += weight * (wx0 * data[i + 1]! + wx1 * data[i + 5]! + wx2 * data[i + 9]! + wx3 * data[i + 13]!);
          blue += weight * (wx0 * data[i + 2]! + wx1 * data[i + 6]! + wx2 * data[i + 10]! + wx3 * data[i + 14]!);
        }
      } else {
        for (let tap = 0; tap < 4; tap++) {
          columnAt[tap] = mirror(column - 1 + tap, width) * 4;
          rowAt[tap] = mirror(row - 1 + tap, height) * stride;
        }
        for (let tap = 0; tap < 4; tap++) {
          const weight = rowWeight(tap, fy);
          const i0 = rowAt[tap]! + columnAt[0]!;
          const i1 = rowAt[tap]! + columnAt[1]!;
          const i2 = rowAt[tap]! + columnAt[2]!;
          const i3 = rowAt[tap]! + columnAt[3]!;
          red += weight * (wx0 * data[i0]! + wx1 * data[i1]! + wx2 * data[i2]! + wx3 * data[i3]!);
          green += weight * (wx0 * data[i0 + 1]! + wx1 * data[i1 + 1]! + wx2 * data[i2 + 1]! + wx3 * data[i3 + 1]!);
          blue += weight * (wx0 * data[i0 + 2]! + wx1 * data[i1 + 2]! + wx2 * data[i2 + 2]! + wx3 * data[i3 + 2]!);
        }
      }
      out[at] = red;
      out[at + 1] = green;
      out[at + 2] = blue;
      out[at + 3] = 255;
    }
  }
  return out;
}

function rowWeight(tap: number, f: number): number {
  if (tap === 0) return ((-0.5 * f + 1) * f - 0.5) * f;
  if (tap === 1) return (1.5 * f - 2.5) * f * f + 1;
  if (tap === 2) return ((-1.5 * f + 2) * f + 0.5) * f;
  return (0.5 * f - 0.5) * f * f;
}

/** The pixel that a coordinate beyond the edge mirrors: -1 is 0, -2 is 1, `length` is `length - 1`. */
function mirror(coordinate: number, length: number): number {
  const period = 2 * length;
  const i = ((coordinate % period) + period) % period;
  return i < length ? i : period - 1 - i;
}
