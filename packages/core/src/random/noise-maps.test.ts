import { describe, expect, it } from "vitest";
import { noiseMaps } from "./noise-maps.js";

const square = (side: number) => ({ x: 0, y: 0, width: side, height: side });

describe("noiseMaps", () => {
  it("has one map at S/16 and two at each of the four larger sizes", () => {
    const sizes = noiseMaps({ x: 0, y: 0, width: 64, height: 32 }, 0).map(({ width, height }) => [width, height]);
    expect(sizes).toEqual([
      [4, 2],
      [8, 4],
      [8, 4],
      [16, 8],
      [16, 8],
      [32, 16],
      [32, 16],
      [64, 32],
      [64, 32],
    ]);
  });

  it("gives the same numbers for a seed, others for another, and others in each map", () => {
    const [, second, third] = noiseMaps(square(32), 7);
    expect(noiseMaps(square(32), 7)[1]).toEqual(second);
    expect(noiseMaps(square(32), 8)[1]).not.toEqual(second);
    expect(third!.values).not.toEqual(second!.values);
  });

  it("gives a place the same number whatever part is asked for", () => {
    const whole = noiseMaps({ x: 0, y: 0, width: 96, height: 64 }, 3);
    const part = noiseMaps({ x: 32, y: 16, width: 48, height: 32 }, 3);
    for (const [i, divisor] of [16, 8, 8, 4, 4, 2, 2, 1, 1].entries()) {
      const { width, values } = part[i]!;
      const cut = Array.from(values, (_, at) => {
        const [x, y] = [(at % width) + 32 / divisor, Math.floor(at / width) + 16 / divisor];
        return whole[i]!.values[y * whole[i]!.width + x];
      });
      expect([...values]).toEqual(cut);
    }
  });

  it("is unit normal and without correlation between neighbours", () => {
    const { width, values } = noiseMaps(square(512), 1)[8]!;
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    const list = [...values];
    expect(Math.abs(mean(list))).toBeLessThan(0.01);
    expect(mean(list.map((value) => value ** 2))).toBeCloseTo(1, 1);
    // the fourth moment of the unit normal distribution is 3
    expect(mean(list.map((value) => value ** 4))).toBeGreaterThan(2.9);
    expect(mean(list.map((value) => value ** 4))).toBeLessThan(3.1);
    for (const shift of [1, 2, width, width + 1, 2 * width]) {
      // of 260,000 pairs, the standard deviation of a correlation is 0.002
      expect(Math.abs(mean(list.slice(shift).map((value, i) => value * list[i]!)))).toBeLessThan(0.01);
    }
  });
});
