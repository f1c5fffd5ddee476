import { describe, expect, test } from "vitest";
import { applySimilarity } from "../geometry/similarity.js";
import { tileViews, wholeView } from "./search-views.js";

const shapes = [
  [1000, 1000],
  [1600, 900],
  [300, 1200],
  [2000, 1],
] as const;

describe("the whole picture", () => {
  for (const [width, height] of shapes) {
    for (const angle of [0, 45, 90, 180]) {
      test(`${width}×${height} turned by ${angle} lies in the view and reaches two of its edges`, () => {
        const view = wholeView(width, height, angle);
        const corners = [0, width].flatMap((x) => [0, height].map((y) => applySimilarity(view, { x, y })));
        const coordinates = corners.flatMap(({ x, y }) => [x, y]);
        expect(Math.min(...coordinates)).toBeCloseTo(0, 6);
        expect(Math.max(...coordinates)).toBeCloseTo(256, 6);
      });
    }
  }
});

describe("tiles", () => {
  for (const [width, height] of shapes) {
    test(`a face of a tenth of ${width}×${height} is whole in one of them, wherever it is`, () => {
      const views = tileViews(width, height);
      expect(views.length).toBeLessThanOrEqual(16);
      const side = 0.1 * Math.max(width, height);
      for (let step = 0; step <= 1; step += 0.01) {
        for (const [x, y] of [
          [step, step],
          [step, 1 - step],
          [0.5, step],
        ] as const) {
          const left = x * Math.max(0, width - side);
          const top = y * Math.max(0, height - side);
          const whole = views.some((view) => {
            const from = applySimilarity(view, { x: left, y: top });
            const to = applySimilarity(view, { x: Math.min(width, left + side), y: Math.min(height, top + side) });
            return Math.min(from.x, from.y) > -1e-6 && Math.max(to.x, to.y) < 256 + 1e-6;
          });
          expect(whole).toBe(true);
        }
      }
    });
  }
});
