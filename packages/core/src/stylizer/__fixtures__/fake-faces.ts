import { FACE_OVAL } from "../../composite/face-oval.js";
import type { Face } from "../../faces/face.js";
import type { FaceFinder } from "../../faces/face-finder.js";
import type { Point } from "../../geometry/types.js";

/** A face whose outline is an ellipse. */
export function fakeFace(center: Point, side: number, angle = 0): Face {
  const landmarks = Array.from({ length: 468 }, () => center);
  for (const [i, index] of FACE_OVAL.entries()) {
    const turn = (2 * Math.PI * i) / FACE_OVAL.length;
    landmarks[index] = { x: center.x + 0.25 * side * Math.sin(turn), y: center.y - 0.3 * side * Math.cos(turn) };
  }
  return {
    box: { x: center.x - side / 4, y: center.y - side / 4, width: side / 2, height: side / 2 },
    score: 1,
    points: { rightEye: center, leftEye: center, noseTip: center, mouthRight: center, mouthLeft: center },
    landmarks,
    crop: { center, side, angle },
  };
}

export function fakeFinder(...faces: Face[]): FaceFinder {
  return { find: async () => faces };
}
