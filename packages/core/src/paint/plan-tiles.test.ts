import { describe, expect, it } from "vitest";
import { planTiles, type Tile, type TileLimits } from "./plan-tiles.js";

/** How many cores lie over each place. */
function coverage(tiles: readonly Tile[], width: number, height: number): number[] {
  const counts = Array.from({ length: width * height }, () => 0);
  for (const { core } of tiles) {
    for (let y = core.y; y < core.y + core.height; y++) {
      for (let x = core.x; x < core.x + core.width; x++) counts[y * width + x]! += 1;
    }
  }
  return counts;
}

function expectWithinReach({ core, input }: Tile, width: number, height: number, halo: number): void {
  expect(input.x).toBeLessThanOrEqual(Math.max(0, core.x - halo));
  expect(input.y).toBeLessThanOrEqual(Math.max(0, core.y - halo));
  expect(input.x + input.width).toBeGreaterThanOrEqual(Math.min(width, core.x + core.width + halo));
  expect(input.y + input.height).toBeGreaterThanOrEqual(Math.min(height, core.y + core.height + halo));
  expect(input.x + input.width).toBeLessThanOrEqual(width);
  expect(input.y + input.height).toBeLessThanOrEqual(height);
  expect(Math.min(input.x, input.y)).toBeGreaterThanOrEqual(0);
}

describe("planTiles", () => {
  it("leaves a picture whole that fits", () => {
    const whole = { x: 0, y: 0, width: 48, height: 30 };
    expect(planTiles(48, 30, { halo: 5, mostArea: 1600 })).toEqual([{ core: whole, input: whole }]);
  });

  it.each<[number, number, TileLimits]>([
    [100, 70, { halo: 5, mostArea: 1600 }],
    [31, 500, { halo: 5, mostArea: 2000 }],
    [251, 191, { halo: 4, mostArea: 2700 }],
    [1, 900, { halo: 5, mostArea: 400 }],
    [40, 40, { halo: 5, mostArea: 1 }],
    [32, 32, { halo: 5, mostArea: 0, fixedSide: 32 }],
    [33, 90, { halo: 5, mostArea: 0, fixedSide: 32 }],
    [500, 333, { halo: 4, mostArea: 0, fixedSide: 16 }],
  ])("covers %i × %i once, with everything in reach, within %j", (width, height, limits) => {
    const tiles = planTiles(width, height, limits);
    expect(new Set(coverage(tiles, width, height))).toEqual(new Set([1]));
    for (const tile of tiles) {
      expectWithinReach(tile, width, height, limits.halo);
      if (limits.fixedSide !== undefined) {
        expect([tile.input.width, tile.input.height]).toEqual([limits.fixedSide, limits.fixedSide]);
      } else if (limits.mostArea > 1) {
        expect(tile.input.width * tile.input.height).toBeLessThanOrEqual(limits.mostArea);
      }
    }
  });

  it("computes little twice", () => {
    const tiles = planTiles(128, 96, { halo: 5, mostArea: 2700 });
    const computed = tiles.reduce((sum, { input }) => sum + input.width * input.height, 0);
    expect(computed / (128 * 96)).toBeLessThan(1.4);
  });
});
