import { describe, expect, it } from "vitest";
import { MatteCollector, matteViews } from "./matte-views.js";

const face = (x: number, y: number, side: number, angle = 0) => ({
  box: { x: x - side / 2, y: y - side / 2, width: side, height: side },
  crop: { center: { x, y }, side, angle },
});

describe("matteViews", () => {
  it("sees the whole photo in a square that stands on its lower edge", () => {
    expect(matteViews(300, 200, [])).toEqual([{ x: 0, y: -100, side: 300, turns: 0, weight: 1 }]);
    expect(matteViews(200, 300, [])).toMatchObject([{ x: -50, y: 0, side: 300 }]);
  });

  it("looks closer at every face, from within the photo", () => {
    const [, ...near] = matteViews(1000, 800, [face(50, 60, 100), face(700, 400, 60), face(950, 780, 50)]);
    expect(near).toHaveLength(3);
    for (const { x, y, side, turns } of near) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(x + side).toBeLessThanOrEqual(1000);
      expect(y + side).toBeLessThanOrEqual(800);
      expect(turns).toBe(0);
    }
    // the face is above the middle of its square, for there is a body under it
    expect(near[1]).toMatchObject({ x: 580, side: 240 });
    expect(near[1]!.y).toBeGreaterThan(280);
    expect(near[1]!.y).toBeLessThan(340);
  });

  it("looks once where a face fills the photo, and at the largest of a crowd", () => {
    expect(matteViews(300, 300, [face(150, 150, 200)])).toHaveLength(1);
    const crowd = Array.from({ length: 40 }, (_, i) => face(20 + 24 * i, 300, 10 + i / 10));
    const views = matteViews(1000, 800, crowd);
    expect(views).toHaveLength(17);
    expect(Math.min(...views.map(({ side }) => side))).toBeGreaterThan(48);
  });

  it("turns with the people", () => {
    expect(matteViews(300, 200, [face(150, 100, 100, 175)])[0]).toMatchObject({ turns: 2, y: 0 });
    expect(matteViews(200, 300, [face(100, 150, 100, 90)])[0]).toMatchObject({ turns: 1, x: 0 });
    expect(matteViews(200, 300, [face(100, 150, 100, -90)])[0]).toMatchObject({ turns: 3, x: -100 });
    expect(matteViews(1000, 800, [face(700, 400, 60), face(200, 400, 50, 180)]).map(({ turns }) => turns)).toEqual([
      0, 0, 2,
    ]);
  });
});

describe("MatteCollector", () => {
  it("lays what a view shows where the view lies", () => {
    const collector = new MatteCollector(40, 20, 0.1);
    const left = Float32Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 8 ? 1 : 0));
    collector.add({ x: 0, y: -200, side: 400, turns: 0, weight: 1 }, left, 16);
    const { values, width, height } = collector.finish();
    expect([width, height]).toEqual([40, 20]);
    for (let y = 0; y < 20; y++) {
      expect(values[y * 40 + 17]).toBe(1);
      expect(values[y * 40 + 22]).toBe(0);
    }
  });

  it("has no seam where views that disagree overlap", () => {
    const collector = new MatteCollector(200, 200, 1);
    const [none, all] = [new Float32Array(4), new Float32Array(4).fill(1)];
    collector.add({ x: 0, y: 0, side: 200, turns: 0, weight: 1 }, none, 2);
    collector.add({ x: 60, y: 60, side: 100, turns: 0, weight: 6 }, all, 2);
    const { values } = collector.finish();
    expect(values[110 * 200 + 110]).toBeCloseTo(6 / 7, 4);
    let steepest = 0;
    for (let i = 1; i < values.length; i++) {
      if (i % 200 > 0) steepest = Math.max(steepest, Math.abs(values[i]! - values[i - 1]!));
      if (i >= 200) steepest = Math.max(steepest, Math.abs(values[i]! - values[i - 200]!));
    }
    expect(steepest).toBeLessThan(0.12);
    expect(values[0]).toBe(0);
  });
});
