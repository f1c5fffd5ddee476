import { applySimilarity, similarityScale } from "../geometry/similarity.js";
import type { Point, SimilarityTransform } from "../geometry/types.js";
import { ANCHORS } from "./anchors.js";

/** A face as the detector sees it, before its landmarks are known. */
export interface FaceDetection {
  /** Middle of the face's square, which reaches from the brows to the chin. */
  center: Point;
  /** Side of that square in pixels. */
  side: number;
  rightEye: Point;
  leftEye: Point;
  /** The detector's confidence, 0 to 1. */
  score: number;
}

/** Numbers of the detector for one anchor: centre, width and height, and six points beginning with the eyes. */
const NUMBERS = 16;

/**
 * Reads the detector's outputs.
 *
 * @param boxes `[896, 16]`, in pixels of the input and relative to {@link ANCHORS}.
 * @param scores `[896]`, 0 to 1.
 * @param threshold detections with a lower score are left out.
 */
export function decodeDetections(boxes: Float32Array, scores: Float32Array, threshold: number): FaceDetection[] {
  const detections: FaceDetection[] = [];
  for (const [index, anchor] of ANCHORS.entries()) {
    const score = scores[index]!;
    if (score < threshold) continue;
    const at = index * NUMBERS;
    const point = (offset: number) => ({ x: anchor.x + boxes[at + offset]!, y: anchor.y + boxes[at + offset + 1]! });
    const side = (boxes[at + 2]! + boxes[at + 3]!) / 2;
    if (side > 0) detections.push({ center: point(0), side, rightEye: point(4), leftEye: point(6), score });
  }
  return detections;
}

/** The detection in the coordinates that `transform` leads to. */
export function transformDetection(detection: FaceDetection, transform: SimilarityTransform): FaceDetection {
  return {
    center: applySimilarity(transform, detection.center),
    side: detection.side * similarityScale(transform),
    rightEye: applySimilarity(transform, detection.rightEye),
    leftEye: applySimilarity(transform, detection.leftEye),
    score: detection.score,
  };
}
