import { describe, expect, test } from "vitest";
import { makeSimilarity } from "../geometry/similarity.js";
import { ANCHORS } from "./anchors.js";
import { decodeDetections, transformDetection } from "./detection.js";

describe("anchors", () => {
  test("two in each cell of 16 pixels, row by row, then six in each of 32", () => {
    expect(ANCHORS).toHaveLength(896);
    expect(ANCHORS[0]).toEqual({ x: 8, y: 8 });
    expect(ANCHORS[1]).toEqual({ x: 8, y: 8 });
    expect(ANCHORS[2]).toEqual({ x: 24, y: 8 });
    expect(ANCHORS[32]).toEqual({ x: 8, y: 24 });
    expect(ANCHORS[511]).toEqual({ x: 248, y: 248 });
    expect(ANCHORS[512]).toEqual({ x: 16, y: 16 });
    expect(ANCHORS[518]).toEqual({ x: 48, y: 16 });
    expect(ANCHORS[895]).toEqual({ x: 240, y: 240 });
  });
});

describe("detections", () => {
  const boxes = new Float32Array(896 * 16);
  const scores = new Float32Array(896);
  boxes.set([2, -3, 40, 44, -10, -8, 12, -9], 34 * 16);
  scores[34] = 0.9;
  scores[600] = 0.49;

  test("centre and eyes count from the anchor, the side is the mean of width and height", () => {
    expect(decodeDetections(boxes, scores, 0.5)).toEqual([
      {
        center: { x: 26, y: 21 },
        side: 42,
        rightEye: { x: 14, y: 16 },
        leftEye: { x: 36, y: 15 },
        score: expect.closeTo(0.9, 6),
      },
    ]);
  });

  test("a box without a size is none", () => {
    expect(decodeDetections(boxes, scores, 0.4)).toHaveLength(1);
  });

  test("a transform moves the points and scales the side", () => {
    const [detection] = decodeDetections(boxes, scores, 0.5);
    const moved = transformDetection(detection!, makeSimilarity({ angle: 90, scale: 2 }));
    expect(moved.center).toEqual({ x: expect.closeTo(-42, 9), y: expect.closeTo(52, 9) });
    expect(moved.side).toBeCloseTo(84, 9);
  });
});
