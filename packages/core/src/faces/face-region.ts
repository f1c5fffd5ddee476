import { applySimilarity, makeSimilarity } from "../geometry/similarity.js";
import type { Box, FaceCrop, Point } from "../geometry/types.js";
import type { FaceDetection } from "./detection.js";

/** The landmark network was trained on squares this much larger than the face. */
const MARGIN = 1.5;

/** Outer corners of the eyes in the face mesh, the person's right and left. */
const [RIGHT_EYE_CORNER, LEFT_EYE_CORNER] = [33, 263];

/** The square for the landmark network around a face that was detected. */
export function regionOfDetection({ center, side, rightEye, leftEye }: FaceDetection): FaceCrop {
  return { center, side: side * MARGIN, angle: lineAngle(rightEye, leftEye) };
}

/** The square around a face whose landmarks are known, more exact than that of a detection. */
export function regionOfLandmarks(landmarks: readonly Point[]): FaceCrop {
  const angle = lineAngle(landmarks[RIGHT_EYE_CORNER]!, landmarks[LEFT_EYE_CORNER]!);
  const upright = makeSimilarity({ angle: -angle });
  const { x, y, width, height } = boundsOf(landmarks.map((point) => applySimilarity(upright, point)));
  const center = applySimilarity(makeSimilarity({ angle }), { x: x + width / 2, y: y + height / 2 });
  return { center, side: Math.max(width, height) * MARGIN, angle };
}

/** The smallest upright rectangle around the points. */
export function boundsOf(points: readonly Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** Degrees, positive clockwise on the screen. */
function lineAngle(from: Point, to: Point): number {
  return (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
}
