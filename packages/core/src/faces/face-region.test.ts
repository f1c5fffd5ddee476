import { expect, test } from "vitest";
import { applySimilarity, makeSimilarity } from "../geometry/similarity.js";
import { facePoints } from "./face-points.js";
import { boundsOf, regionOfDetection, regionOfLandmarks } from "./face-region.js";
import { ffhqCrop } from "./ffhq-crop.js";

/** A mesh with its outer eye corners level, the points that alignment uses at plausible places, 80 × 100 in all. */
const mesh = Array.from({ length: 468 }, (_, index) => ({
  x: 60 + 40 * Math.sin(index),
  y: 70 + 40 * Math.cos(index),
}));
const place = (x: number, y: number, ...indices: number[]) => {
  for (const index of indices) mesh[index] = { x, y };
};
place(30, 50, 33);
place(90, 50, 263);
place(42, 50, 160, 158, 153, 144);
place(78, 50, 385, 387, 373, 380);
place(20, 55, 234);
place(100, 55, 454);
place(60, 70, 4);
place(45, 92, 61);
place(75, 92, 291);
place(60, 20, 10);
place(60, 120, 152);

test("the region of upright landmarks is a square one and a half times as large as the face", () => {
  expect(boundsOf(mesh)).toEqual({ x: 20, y: 20, width: 80, height: 100 });
  expect(regionOfLandmarks(mesh)).toEqual({ center: { x: 60, y: 70 }, side: 150, angle: 0 });
});

for (const angle of [-120, -45, 10, 90]) {
  test(`region and crop turn with a face turned by ${angle} degrees`, () => {
    const turn = makeSimilarity({ angle, scale: 3, to: { x: 500, y: 400 } });
    const turned = mesh.map((point) => applySimilarity(turn, point));
    for (const [before, after] of [
      [regionOfLandmarks(mesh), regionOfLandmarks(turned)],
      [ffhqCrop(facePoints(mesh)), ffhqCrop(facePoints(turned))],
    ] as const) {
      const center = applySimilarity(turn, before.center);
      expect(after.center.x).toBeCloseTo(center.x, 6);
      expect(after.center.y).toBeCloseTo(center.y, 6);
      expect(after.side).toBeCloseTo(3 * before.side, 6);
      expect(after.angle).toBeCloseTo(before.angle + angle, 6);
    }
  });
}

test("a symmetric face has a crop around its middle, with level edges", () => {
  const crop = ffhqCrop(facePoints(mesh));
  expect(crop.center.x).toBeCloseTo(60, 9);
  expect(crop.angle).toBeCloseTo(0, 9);
});

test("the region of a detection leans with its eyes", () => {
  const detection = {
    center: { x: 50, y: 60 },
    side: 40,
    rightEye: { x: 40, y: 50 },
    leftEye: { x: 60, y: 70 },
    score: 1,
  };
  expect(regionOfDetection(detection)).toEqual({ center: { x: 50, y: 60 }, side: 60, angle: expect.closeTo(45, 9) });
});
