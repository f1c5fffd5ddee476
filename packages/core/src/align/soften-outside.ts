import { applySimilarity, invertSimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";

/** Width of the transition, as a part of the square's side; FFHQ pads by as much. */
const TRANSITION = 0.3;

/**
 * Side of the square in the small copy whose enlargement is the blurred one. A pixel of it averages a sixteenth of the
 * side, which is a standard deviation of 0.018 of the side, where FFHQ has 0.02.
 */
const BLURRED_SIDE = 16;

/**
 * Blurs a square where it lies outside the photo, the more the further out, and fades to its median colour, so that a
 * mirrored picture does not look like more of it. What lies inside the photo stays as it is (FFHQ's own script begins to
 * blur a little inside).
 *
 * @param square an opaque picture that {@link warpSquare} cut out.
 * @param transform from pixels of the photo to pixels of the square.
 * @param photo its size.
 * @returns the square itself where all of it lies inside the photo.
 * @see Karras et al. 2019; the blur and the median are those of FFHQ's `download_ffhq.py`
 */
export function softenOutside(
  square: Picture,
  transform: SimilarityTransform,
  photo: Pick<Picture, "width" | "height">,
): Picture {
  const { width: size, data } = square;
  const toPhoto = invertSimilarity(transform);
  const depth = (u: number, v: number) => {
    const { x, y } = applySimilarity(toPhoto, { x: u, y: v });
    return Math.max(-x, -y, x - photo.width, y - photo.height);
  };
  const corners = [depth(0, 0), depth(size, 0), depth(0, size), depth(size, size)];
  if (Math.max(...corners) <= 0) return square;

  const toShare = Math.hypot(transform.a, transform.b) / (TRANSITION * size);
  const blurred = resize(resize(square, BLURRED_SIDE, BLURRED_SIDE), size, size).data;
  const median = medianColor(data);
  const softened = data.slice();
  for (let v = 0, at = 0; v < size; v++) {
    for (let u = 0; u < size; u++, at += 4) {
      const share = depth(u + 0.5, v + 0.5) * toShare;
      if (share <= 0) continue;
      const blurShare = Math.min(1, 3 * share);
      const medianShare = Math.min(1, share);
      for (let c = 0; c < 3; c++) {
        const value = data[at + c]! + blurShare * (blurred[at + c]! - data[at + c]!);
        softened[at + c] = value + medianShare * (median[c]! - value);
      }
    }
  }
  return { width: size, height: size, data: softened };
}

function medianColor(data: Uint8ClampedArray): number[] {
  return [0, 1, 2].map((c) => {
    const counts = new Uint32Array(256);
    for (let at = c; at < data.length; at += 4) counts[data[at]!]! += 1;
    let below = 0;
    let value = 0;
    while (below + counts[value]! < data.length / 8) below += counts[value++]!;
    return value;
  });
}
