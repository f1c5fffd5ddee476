import { describe, expect, it } from "vitest";
import { guidedFilter } from "./guided-filter.js";

const SIDE = 40;

const guide = (color: (x: number, y: number) => readonly number[]) => ({
  width: SIDE,
  height: SIDE,
  data: Uint8ClampedArray.from(
    { length: SIDE * SIDE * 4 },
    (_, i) => color((i >> 2) % SIDE, (i >> 2) / SIDE)[i & 3] ?? 255,
  ),
});

describe("guidedFilter", () => {
  it("is a mean of means where the guide is even", () => {
    const mask = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 20 ? 1 : 0));
    const filtered = guidedFilter(
      mask,
      guide(() => [90, 90, 90]),
      4,
      0.01,
    );
    // A step through two boxes of nine pixels: 1 - (k + 1)(k + 2) / (2·81) at k pixels from where it begins to fall.
    const row = 20 * SIDE;
    for (let k = 0; k < 8; k++) expect(filtered[row + 12 + k]).toBeCloseTo(1 - ((k + 1) * (k + 2)) / 2 / 81, 4);
  });

  it("moves the edge of a mask to the edge of the guide", () => {
    // The mask ends four pixels beyond the red thing that it is of.
    const mask = Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < 22 ? 1 : 0));
    const filtered = guidedFilter(
      mask,
      guide((x) => (x < 18 ? [200, 30, 30] : [30, 30, 200])),
      8,
      1e-4,
    );
    const row = 20 * SIDE;
    expect(filtered[row + 17]! - filtered[row + 18]!).toBeGreaterThan(0.4);
    expect(filtered[row + 21]! - filtered[row + 22]!).toBeLessThan(0.1);
  });

  it("gives a linear function of the guide back as it is", () => {
    const colors = guide((x, y) => [x * 6, Math.floor(y) * 6, ((x * 7 + Math.floor(y) * 13) % 40) * 6]);
    const mask = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
      const [red = 0, green = 0, blue = 0] = colors.data.subarray(i * 4, i * 4 + 3);
      return (0.5 * red + 0.2 * green - 0.3 * blue) / 255 + 0.4;
    });
    const filtered = guidedFilter(mask, colors, 5, 1e-9);
    const worst = filtered.reduce((most, value, i) => Math.max(most, Math.abs(value - mask[i]!)), 0);
    expect(worst).toBeLessThan(1e-3);
  });
});
