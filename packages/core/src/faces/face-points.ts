import type { Point } from "../geometry/types.js";
import type { FacePoints } from "./face.js";

/** MediaPipe's mesh: the eyes' lids away from their corners, the nose's tip, the lips' corners, the cheeks before the ears. */
const MESH = {
  rightEye: [160, 158, 153, 144],
  leftEye: [385, 387, 373, 380],
  noseTip: 4,
  mouthRight: 61,
  mouthLeft: 291,
  rightCheek: 234,
  leftCheek: 454,
} as const;

/**
 * From the mesh's eyes and mouth to the ones that FFHQ-like crops are made from: the eyes' distance becomes this part of
 * itself and that part of the face's width, and eyes and mouth move up by this part of the eyes' distance. Fitted so that
 * the crops of about 1,100 portraits become those of YuNet's landmarks; `bench/faces.ts` measures it on others.
 */
const CALIBRATION = { eyeDistance: 0.303, faceWidth: 0.33, up: 0.03 };

/**
 * The five points that alignment goes by, from a face mesh.
 *
 * @param landmarks MediaPipe's 468 points.
 */
export function facePoints(landmarks: readonly Point[]): FacePoints {
  const rightEye = mean(MESH.rightEye.map((index) => landmarks[index]!));
  const leftEye = mean(MESH.leftEye.map((index) => landmarks[index]!));
  const [rightCheek, leftCheek] = [landmarks[MESH.rightCheek]!, landmarks[MESH.leftCheek]!];
  const eyes = { x: leftEye.x - rightEye.x, y: leftEye.y - rightEye.y };
  const distance = Math.hypot(eyes.x, eyes.y);
  const width = Math.hypot(leftCheek.x - rightCheek.x, leftCheek.y - rightCheek.y);

  const middle = mean([rightEye, leftEye]);
  const stretch = CALIBRATION.eyeDistance + (CALIBRATION.faceWidth * width) / distance;
  const shift = { x: CALIBRATION.up * eyes.y, y: -CALIBRATION.up * eyes.x };
  const shifted = ({ x, y }: Point): Point => ({ x: x + shift.x, y: y + shift.y });
  const stretched = ({ x, y }: Point): Point =>
    shifted({ x: middle.x + (x - middle.x) * stretch, y: middle.y + (y - middle.y) * stretch });
  return {
    rightEye: stretched(rightEye),
    leftEye: stretched(leftEye),
    noseTip: { ...landmarks[MESH.noseTip]! },
    mouthRight: shifted(landmarks[MESH.mouthRight]!),
    mouthLeft: shifted(landmarks[MESH.mouthLeft]!),
  };
}

function mean(points: readonly Point[]): Point {
  return {
    x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
    y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
  };
}
