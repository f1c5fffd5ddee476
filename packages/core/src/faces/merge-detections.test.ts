import { expect, test } from "vitest";
import type { FaceDetection } from "./detection.js";
import { mergeDetections, squareContainment, squareOverlap } from "./merge-detections.js";

const detection = (x: number, y: number, side: number, score: number): FaceDetection => ({
  center: { x, y },
  side,
  rightEye: { x: x - side / 5, y },
  leftEye: { x: x + side / 5, y },
  score,
});

test("detections of one face become their mean, weighted by score, with the best score", () => {
  const [face, ...others] = mergeDetections([detection(110, 100, 40, 0.3), detection(100, 100, 44, 0.9)]);
  expect(others).toEqual([]);
  expect(face?.center).toEqual({ x: expect.closeTo(102.5, 9), y: 100 });
  expect(face?.side).toBeCloseTo(43, 9);
  expect(face?.rightEye.x).toBeCloseTo((0.9 * 91.2 + 0.3 * 102) / 1.2, 9);
  expect(face?.score).toBe(0.9);
});

test("faces side by side stay two, the better one first", () => {
  const merged = mergeDetections([detection(100, 100, 40, 0.6), detection(130, 100, 40, 0.8)]);
  expect(merged.map(({ center }) => center.x)).toEqual([130, 100]);
});

test("squares that touch share nothing; one within another is contained", () => {
  const square = (x: number, side: number) => ({ center: { x, y: 0 }, side });
  expect(squareOverlap(square(0, 10), square(10, 10))).toBe(0);
  expect(squareOverlap(square(0, 10), square(5, 10))).toBeCloseTo(1 / 3, 12);
  expect(squareOverlap(square(0, 10), square(1, 2))).toBeCloseTo(0.04, 12);
  expect(squareContainment(square(0, 10), square(1, 2))).toBe(1);
  expect(squareContainment(square(0, 10), square(5, 2))).toBe(0.5);
});
