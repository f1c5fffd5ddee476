import type { FaceCrop } from "../geometry/types.js";
import type { FacePoints } from "./face.js";

/**
 * The square that FFHQ's alignment cuts out around a face.
 *
 * With e the vector between the eyes and m the one from their middle to the middle of the mouth's corners, the square
 * lies along x = e - rot90(m), reaches max(2|e|, 1.8|m|) to each side, and its centre is 0.1 m below the eyes.
 *
 * @see Karras et al. 2019, "A Style-Based Generator Architecture for GANs", appendix on FFHQ
 */
export function ffhqCrop({ rightEye, leftEye, mouthRight, mouthLeft }: FacePoints): FaceCrop {
  const eyes = { x: leftEye.x - rightEye.x, y: leftEye.y - rightEye.y };
  const middle = { x: (leftEye.x + rightEye.x) / 2, y: (leftEye.y + rightEye.y) / 2 };
  const mouth = { x: (mouthLeft.x + mouthRight.x) / 2 - middle.x, y: (mouthLeft.y + mouthRight.y) / 2 - middle.y };
  return {
    center: { x: middle.x + 0.1 * mouth.x, y: middle.y + 0.1 * mouth.y },
    side: 2 * Math.max(2 * Math.hypot(eyes.x, eyes.y), 1.8 * Math.hypot(mouth.x, mouth.y)),
    angle: (Math.atan2(eyes.y - mouth.x, eyes.x + mouth.y) * 180) / Math.PI,
  };
}
