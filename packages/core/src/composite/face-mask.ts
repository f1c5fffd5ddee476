import type { Face } from "../faces/face.js";
import { distanceOutside } from "../geometry/polygon-distance.js";
import { applySimilarity } from "../geometry/similarity.js";
import type { Point, SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import { FACE_OVAL } from "./face-oval.js";
import { guidedFilter } from "./guided-filter.js";

/** Side of a mask: all that it shows is broad and soft. */
const MASK_SIDE = 64;

/** How far beyond the outline of the face the mask is kept up whatever the photo shows, as a part of the square's side. */
const RIM = 0.08;

/** Where the mask begins to end although the head goes on, as a part of the way from the edge to the middle. */
const END = 0.25;

/** Windows of a third of the square, and contrasts of a twentieth: hair against a wall, not strands of hair. */
const [GUIDE_RADIUS, GUIDE_REGULARIZATION] = [12, 0.003];

/**
 * How much of a stylised square is pasted into the photo: all of it on the face, and less and less around it, down to
 * nothing before the square's edge. On the way it follows the edges in the photo, so that the hair takes part and the wall
 * behind it does not.
 *
 * @param transform from pixels of the photo to pixels of the square.
 * @param square the aligned square of the photo, opaque.
 * @returns a square number of shares, 0 to 1, row by row, which cover the whole square.
 */
export function faceMask(face: Pick<Face, "landmarks">, transform: SimilarityTransform, square: Picture): Float32Array {
  const toMask = MASK_SIDE / square.width;
  const outline = FACE_OVAL.map((index) => {
    const { x, y } = applySimilarity(transform, face.landmarks[index]!);
    return { x: x * toMask, y: y * toMask };
  });
  const { whole, broad, limit } = softMasks(outline);
  const guide = resize(square, MASK_SIDE, MASK_SIDE);
  const guided = guidedFilter(broad, guide, GUIDE_RADIUS, GUIDE_REGULARIZATION);
  return guided.map((share, i) => Math.min(Math.max(share, whole[i]!, 0), 1) * limit[i]!);
}

/**
 * Three masks that are 1 on the face: `whole` falls right around it, `broad` up to the circle that touches the edges of the
 * square, and `limit` only near that circle.
 */
function softMasks(outline: readonly Point[]) {
  const whole = new Float32Array(MASK_SIDE ** 2);
  const broad = new Float32Array(MASK_SIDE ** 2);
  const limit = new Float32Array(MASK_SIDE ** 2);
  const radius = MASK_SIDE / 2;
  for (let row = 0, i = 0; row < MASK_SIDE; row++) {
    for (let column = 0; column < MASK_SIDE; column++, i++) {
      const place = { x: column + 0.5, y: row + 0.5 };
      const fromFace = distanceOutside(outline, place);
      const toEdge = Math.max(0, radius - Math.hypot(place.x - radius, place.y - radius));
      whole[i] = smooth(1 - fromFace / (RIM * MASK_SIDE));
      // Hair lies near the face; what is further out is a wall more often than not.
      broad[i] = fromFace === 0 ? 1 : smooth(toEdge / (toEdge + fromFace)) ** 1.5;
      limit[i] = smooth(toEdge / (END * radius));
    }
  }
  return { whole, broad, limit };
}

/** From 0 to 1 with level ends. */
function smooth(x: number): number {
  const t = Math.min(Math.max(x, 0), 1);
  return t * t * (3 - 2 * t);
}
