import { describe, expect, it } from "vitest";
import { planPainting } from "./plan-painting.js";

const face = (side: number, angle = 0) => ({ center: { x: 0, y: 0 }, side, angle });
const photo = { width: 2000, height: 1500 };

describe("planPainting", () => {
  it("makes the face as large as the network likes it", () => {
    expect(planPainting(photo, [face(1024)], 512, 4e6)).toEqual({
      width: 1000,
      height: 750,
      scale: 0.5,
      apart: [false],
    });
  });

  it("is never more than twice as wide as the photo, nor larger than allowed", () => {
    expect(planPainting(photo, [face(100)], 512, 1e9)).toMatchObject({ scale: 2, apart: [true] });
    const { width, height } = planPainting(photo, [face(512)], 512, 1e6);
    expect(width * height).toBeLessThanOrEqual(1.001e6);
    expect(width / height).toBeCloseTo(4 / 3, 2);
  });

  it("paints a face apart that is much smaller or larger than the rest, or tilted", () => {
    const crops = [face(1000), face(500), face(480), face(520), face(200), face(500, 30), face(500, -24)];
    const { scale, apart } = planPainting(photo, crops, 512, 1e9);
    expect(scale).toBeCloseTo(512 / 500, 1);
    expect(apart).toEqual([true, false, false, false, true, true, false]);
  });

  it("goes by the largest of faces that all differ", () => {
    expect(planPainting(photo, [face(1000), face(400)], 512, 1e9)).toMatchObject({
      scale: 0.512,
      apart: [false, true],
    });
  });

  it("takes the largest face as the measure where all are tilted", () => {
    expect(planPainting(photo, [face(512, 40), face(256, 90)], 512, 1e9)).toMatchObject({
      scale: 1,
      apart: [true, true],
    });
  });

  it("counts from the shorter side where there is no face", () => {
    expect(planPainting(photo, [], 512, 1e9)).toMatchObject({ height: 1024, apart: [] });
  });
});
