import { describe, expect, test } from "vitest";
import { ffhqCrop } from "./ffhq-crop.js";

/** Computed with NumPy by the lines of FFHQ's own `download_ffhq.py`: centre, side and angle of its quad. */
const cases = [
  { eyes: [100, 100, 160, 100], mouth: [110, 170, 150, 170], center: [130, 107], side: 252, angle: 0 },
  {
    eyes: [308.57, 289.57, 413.74, 284.51],
    mouth: [322.81, 384.36, 413.8, 380.36],
    center: [361.87, 296.572],
    side: 421.1666,
    angle: -3.4851,
  },
  { eyes: [200, 300, 260, 360], mouth: [140, 370, 180, 400], center: [223, 335.5], side: 339.4113, angle: 48.5035 },
  { eyes: [50, 80, 70, 82], mouth: [30, 160, 52, 166], center: [58.1, 89.2], side: 303.0208, angle: 11.6336 },
] as const;

describe("the crop is FFHQ's", () => {
  for (const { eyes, mouth, center, side, angle } of cases) {
    test(`for eyes at ${eyes}`, () => {
      const crop = ffhqCrop({
        rightEye: { x: eyes[0], y: eyes[1] },
        leftEye: { x: eyes[2], y: eyes[3] },
        noseTip: { x: 0, y: 0 },
        mouthRight: { x: mouth[0], y: mouth[1] },
        mouthLeft: { x: mouth[2], y: mouth[3] },
      });
      expect(crop.center.x).toBeCloseTo(center[0], 3);
      expect(crop.center.y).toBeCloseTo(center[1], 3);
      expect(crop.side).toBeCloseTo(side, 3);
      expect(crop.angle).toBeCloseTo(angle, 3);
    });
  }
});
