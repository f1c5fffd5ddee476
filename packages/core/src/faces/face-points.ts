import type { Point } from "../geometry/types.js";
import type { FacePoints } from "./face.js";

/** Corners and lids of the eyes, corners of the lips and tip of the nose in MediaPipe's mesh. */
const MESH = {
  rightEye: [33, 133],
  leftEye: [362, 263],
  noseTip: [4],
  mouthRight: [61],
  mouthLeft: [291],
} as const;

/**
 * The five points of a face mesh that alignment goes by.
 *
 * @param landmarks MediaPipe's 468 points.
 */
export function facePoints(landmarks: readonly Point[]): FacePoints {
  const mean = (indices: readonly number[]): Point => ({
    x: indices.reduce((sum, index) => sum + landmarks[index]!.x, 0) / indices.length,
    y: indices.reduce((sum, index) => sum + landmarks[index]!.y, 0) / indices.length,
  });
  return {
    rightEye: mean(MESH.rightEye),
    leftEye: mean(MESH.leftEye),
    noseTip: mean(MESH.noseTip),
    mouthRight: mean(MESH.mouthRight),
    mouthLeft: mean(MESH.mouthLeft),
  };
}
