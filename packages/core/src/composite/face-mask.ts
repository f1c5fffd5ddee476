import type { Face } from "../faces/face.js";
import { applySimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { pixelsOf } from "../picture/pixels.js";
import { resize } from "../picture/resize.js";
import { guidedFilter } from "./guided-filter.js";

/** The points of MediaPipe's face mesh along the outline of the face, from the middle of the forehead clockwise. */
const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/** Side of a mask: all that it shows is broad and soft. */
const MASK_SIDE = 64;

/** By how much the part that is pasted whole reaches beyond the outline of the face, as parts of its width and height. */
const WHOLE = { side: 0.06, top: 0.18, bottom: 0.02 };

/** The least part of the way from the middle to the square's edge over which the mask falls from 1 to 0. */
const FALL = 0.45;

/** The part of that way, before the edge, on which the mask ends even where the head goes on. */
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
  const [size = MASK_SIDE] = square.shape;
  const { whole, broad, limit } = ellipticMasks(outlineInMask(face, transform, size));
  const guide = pixelsOf(resize(square, MASK_SIDE, MASK_SIDE));
  const guided = guidedFilter(broad, guide, GUIDE_RADIUS, GUIDE_REGULARIZATION);
  return guided.map((share, i) => Math.min(Math.max(share, whole[i]!, 0), 1) * limit[i]!);
}

interface Outline {
  centerX: number;
  centerY: number;
  halfWidth: number;
  halfHeight: number;
}

function outlineInMask({ landmarks }: Pick<Face, "landmarks">, transform: SimilarityTransform, size: number): Outline {
  const oval = FACE_OVAL.map((index) => applySimilarity(transform, landmarks[index]!));
  const xs = oval.map(({ x }) => (x * MASK_SIDE) / size);
  const ys = oval.map(({ y }) => (y * MASK_SIDE) / size);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  return {
    centerX: (left + right) / 2,
    centerY: (top + bottom) / 2,
    halfWidth: (right - left) / 2,
    halfHeight: (bottom - top) / 2,
  };
}

/**
 * Three masks around the face: `broad` falls from an ellipse around it to the one that touches the edges of the square,
 * `whole` is gone halfway there, and `limit` is 1 up to near the edges.
 */
function ellipticMasks({ centerX, centerY, halfWidth, halfHeight }: Outline) {
  const [whole, broad, limit] = [0, 1, 2].map(() => new Float32Array(MASK_SIDE ** 2)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let row = 0, i = 0; row < MASK_SIDE; row++) {
    const y = row + 0.5 - centerY;
    const toEdgeY = y < 0 ? centerY : MASK_SIDE - centerY;
    const reachY = halfHeight * (1 + 2 * (y < 0 ? WHOLE.top : WHOLE.bottom));
    const wholeY = Math.min(reachY, (1 - FALL) * toEdgeY);
    for (let column = 0; column < MASK_SIDE; column++, i++) {
      const x = column + 0.5 - centerX;
      const toEdgeX = x < 0 ? centerX : MASK_SIDE - centerX;
      const wholeX = Math.min(halfWidth * (1 + 2 * WHOLE.side), (1 - FALL) * toEdgeX);
      // 1 on the ellipse around the face, and on the one that touches the edges of the square.
      const inner = Math.hypot(x / wholeX, y / wholeY);
      const outer = Math.hypot(x / toEdgeX, y / toEdgeY);
      const fall = inner <= 1 ? 1 : (1 - outer) / (1 - outer / inner);
      // Hair lies near the face; what is further out is a wall more often than not.
      broad[i] = smooth(fall) ** 1.5;
      whole[i] = smooth(2 * fall - 1);
      limit[i] = smooth((1 - outer) / END);
    }
  }
  return { whole, broad, limit };
}

/** From 0 to 1 with level ends. */
function smooth(x: number): number {
  const t = Math.min(Math.max(x, 0), 1);
  return t * t * (3 - 2 * t);
}
