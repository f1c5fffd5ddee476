import type { Face } from "../faces/face.js";
import { applySimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";

/** The points of MediaPipe's face mesh along the outline of the face, from the middle of the forehead clockwise. */
const FACE_OVAL = [
  10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136,
  172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];

/** By how much the head reaches beyond the outline of the face, as parts of the face's width and height. */
const HEAD = { side: 0.32, top: 0.55, bottom: 0.16 };

/** Where the mask begins to fall and where it has fallen to 0, as parts of the head's radius in any direction. */
const [FULL, NOTHING] = [0.82, 1.22];

/** The distance from the square's edge, as a part of its side, within which the mask falls to 0. */
const EDGE = 0.1;

/** Side of a mask: all that it shows is broad and soft. */
const MASK_SIDE = 96;

/**
 * How much of a stylised square is pasted into the photo: all of it on the face, hair and neck, and less and less around
 * the head, down to nothing before the square's edge, so that no edge shows.
 *
 * @param transform from pixels of the photo to pixels of the square.
 * @param size side of the square in pixels.
 * @returns a square number of shares, 0 to 1, row by row, which cover the whole square.
 */
export function faceMask(face: Pick<Face, "landmarks">, transform: SimilarityTransform, size: number): Float32Array {
  const toMask = MASK_SIDE / size;
  const oval = FACE_OVAL.map((index) => applySimilarity(transform, face.landmarks[index]!));
  const xs = oval.map(({ x }) => x * toMask);
  const ys = oval.map(({ y }) => y * toMask);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const centerX = (left + right) / 2;
  const centerY = (top + bottom) / 2;
  const radiusX = (right - left) * (0.5 + HEAD.side);
  const radiusUp = (bottom - top) * (0.5 + HEAD.top);
  const radiusDown = (bottom - top) * (0.5 + HEAD.bottom);

  const mask = new Float32Array(MASK_SIDE ** 2);
  for (let row = 0, i = 0; row < MASK_SIDE; row++) {
    const y = row + 0.5;
    const down = (y - centerY) / (y < centerY ? radiusUp : radiusDown);
    for (let column = 0; column < MASK_SIDE; column++, i++) {
      const x = column + 0.5;
      const across = (x - centerX) / radiusX;
      const radius = (Math.abs(across) ** 2.5 + Math.abs(down) ** 2.5) ** 0.4;
      const edge = Math.min(x, y, MASK_SIDE - x, MASK_SIDE - y) / (EDGE * MASK_SIDE);
      mask[i] = smooth((NOTHING - radius) / (NOTHING - FULL)) * smooth(edge);
    }
  }
  return mask;
}

/** From 0 to 1 with level ends. */
function smooth(x: number): number {
  const t = Math.min(Math.max(x, 0), 1);
  return t * t * (3 - 2 * t);
}
