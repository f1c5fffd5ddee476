import { applySimilarity, invertSimilarity, similarityScale } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import { catmullRomSampler } from "./catmull-rom.js";
import type { Picture } from "./picture.js";
import { resample } from "./resample.js";

/**
 * Cuts a square out of a picture through a similarity transform, with Catmull-Rom interpolation. Where the square is
 * coarser than the picture, the part it covers is first shrunk by averaging areas, so that nothing aliases. Beyond its
 * edges the picture is mirrored.
 *
 * @param picture alpha is not looked at; {@link flatten} a picture that is not opaque first.
 * @param toSquare from pixels of the picture to pixels of the square; {@link cropToSquare} makes one.
 * @param size side of the square in pixels.
 * @returns an opaque picture of `size × size` pixels.
 */
export function warpSquare(picture: Picture, toSquare: SimilarityTransform, size: number): Picture {
  const covered = shrinkCovered(picture, toSquare, size);
  return { width: size, height: size, data: sampleSquare(covered.picture, covered.fromSquare, size) };
}

/** A picture and the transform from the square to its pixels. */
interface Covered {
  picture: Picture;
  fromSquare: { a: number; b: number; tx: number; ty: number; stretchX: number; stretchY: number };
}

/** Pixels around the covered part that the interpolation reaches. */
const MARGIN = 3;

function shrinkCovered(picture: Picture, toSquare: SimilarityTransform, size: number): Covered {
  const fromSquare = invertSimilarity(toSquare);
  const minification = similarityScale(fromSquare);
  if (minification <= 1) return { picture, fromSquare: { ...fromSquare, stretchX: 1, stretchY: 1 } };

  const corners = [0, size].flatMap((y) => [0, size].map((x) => applySimilarity(fromSquare, { x, y })));
  const margin = MARGIN * minification;
  const columns = coveredSpan(
    corners.map(({ x }) => x),
    margin,
    picture.width,
  );
  const rows = coveredSpan(
    corners.map(({ y }) => y),
    margin,
    picture.height,
  );
  const width = Math.max(1, Math.round(columns.length / minification));
  const height = Math.max(1, Math.round(rows.length / minification));
  const small = resample(picture, { columns, rows }, { width, height }, "area");
  const stretchX = width / columns.length;
  const stretchY = height / rows.length;
  return {
    picture: small,
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

function sampleSquare(source: Picture, from: Covered["fromSquare"], size: number): Uint8ClampedArray {
  const out = new Uint8ClampedArray(size * size * 4).fill(255);
  const sample = catmullRomSampler(source, out);
  const stepX = from.a * from.stretchX;
  const stepY = from.b * from.stretchY;
  for (let v = 0, at = 0; v < size; v++) {
    const beginX = (from.a * 0.5 - from.b * (v + 0.5) + from.tx) * from.stretchX - 0.5;
    const beginY = (from.b * 0.5 + from.a * (v + 0.5) + from.ty) * from.stretchY - 0.5;
    for (let u = 0; u < size; u++, at += 4) sample(beginX + u * stepX, beginY + u * stepY, at);
  }
  return out;
}
