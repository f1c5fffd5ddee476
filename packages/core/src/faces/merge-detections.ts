import type { Point } from "../geometry/types.js";
import type { FaceDetection } from "./detection.js";

/** An upright square in pixels. */
export interface Square {
  center: Point;
  side: number;
}

/** Squares that share more than this part of their union show the same face. */
const SAME_FACE_OVERLAP = 0.3;

/**
 * Makes one detection of those that show the same face: their mean, weighted by score, with the score of the best.
 *
 * @returns the best first.
 * @see Bazarevsky et al. 2019, "BlazeFace", section 3.4: blending instead of suppression steadies the result
 */
export function mergeDetections(detections: readonly FaceDetection[]): FaceDetection[] {
  let rest = [...detections].sort((one, other) => other.score - one.score);
  const merged: FaceDetection[] = [];
  while (rest[0]) {
    const best = rest[0];
    const same = rest.filter((other) => squareOverlap(best, other) > SAME_FACE_OVERLAP);
    rest = rest.filter((other) => !same.includes(other) && other !== best);
    merged.push(blend(same, best));
  }
  return merged;
}

/** Intersection over union of two upright squares. */
export function squareOverlap(one: Square, other: Square): number {
  const shared = sharedArea(one, other);
  return shared / (one.side ** 2 + other.side ** 2 - shared);
}

/** The part of the smaller of two upright squares that lies in the other. */
export function squareContainment(one: Square, other: Square): number {
  return sharedArea(one, other) / Math.min(one.side, other.side) ** 2;
}

function sharedArea(one: Square, other: Square): number {
  const reach = (one.side + other.side) / 2;
  const shorter = Math.min(one.side, other.side);
  const width = Math.min(shorter, reach - Math.abs(one.center.x - other.center.x));
  const height = Math.min(shorter, reach - Math.abs(one.center.y - other.center.y));
  return Math.max(0, width) * Math.max(0, height);
}

function blend(detections: readonly FaceDetection[], best: FaceDetection): FaceDetection {
  const total = detections.reduce((sum, { score }) => sum + score, 0);
  if (!(total > 0)) return best;
  const mean = (value: (detection: FaceDetection) => number) =>
    detections.reduce((sum, detection) => sum + detection.score * value(detection), 0) / total;
  const meanPoint = (key: "center" | "rightEye" | "leftEye") => ({
    x: mean((detection) => detection[key].x),
    y: mean((detection) => detection[key].y),
  });
  return {
    center: meanPoint("center"),
    side: mean(({ side }) => side),
    rightEye: meanPoint("rightEye"),
    leftEye: meanPoint("leftEye"),
    score: best.score,
  };
}
