import { describe, expect, it } from "vitest";
import type { Picture } from "../picture/picture.js";
import type { Matte } from "./matte.js";
import { refineMatte } from "./refine-matte.js";

const SIDE = 400;

const photo = (color: (x: number, y: number) => readonly [number, number, number]) => {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  for (let i = 0; i < SIDE * SIDE; i++) data.set(color(i % SIDE, Math.floor(i / SIDE)), i * 4);
  return { width: SIDE, height: SIDE, data };
};

/** At half the size: people left of `edge`, which falls over `width` pixels. */
const coarse = (edge: number, width = 4) => ({
  width: SIDE / 2,
  height: SIDE / 2,
  values: Float32Array.from({ length: SIDE ** 2 / 4 }, (_, i) =>
    Math.min(Math.max(0.5 - ((i % (SIDE / 2)) + 0.5 - edge / 2) / width, 0), 1),
  ),
});

const refine = (matte: Matte, guide: Picture, sure = new Float32Array(matte.values.length)) =>
  refineMatte(matte, guide, sure, 1);

/** Where a row passes one half, and over how many pixels it falls. */
const edgeOf = (values: Float32Array, row = 200) => {
  const shares = [...values.subarray(row * SIDE, (row + 1) * SIDE)];
  return { at: shares.findIndex((share) => share < 0.5), soft: shares.filter((s) => s > 0.02 && s < 0.98).length };
};

describe("refineMatte", () => {
  it("moves the network's edge to that of the photo, and makes it crisp", () => {
    const jacketAndWall = photo((x) => (x < 203 ? [120, 40, 30] : [180, 190, 200]));
    // it is rather led inwards than outwards: a missing hair shows less than a veil of the wall
    for (const [edge, miss] of [
      [200, 2],
      [203, 1],
      [207, 1],
    ] as const) {
      const { at, soft } = edgeOf(refine(coarse(edge), jacketAndWall).values);
      expect(Math.abs(at - 203)).toBeLessThanOrEqual(miss);
      expect(soft).toBeLessThan(8);
    }
  });

  it("keeps the network's own edge where the photo shows none", () => {
    const { at, soft } = edgeOf(
      refine(
        coarse(203),
        photo(() => [12, 14, 16]),
      ).values,
    );
    expect(Math.abs(at - 203)).toBeLessThanOrEqual(2);
    expect(soft).toBeLessThan(12);
  });

  it("lets the wall show between strands of hair, and keeps the strands", () => {
    // beyond 200 the hair goes on as strands of 3 pixels every 9, up to 209, which the network takes for one
    const isHair = (x: number, y: number) => x < 200 || (x < 209 && y % 9 < 3);
    const hair = photo((x, y) => (isHair(x, y) ? [30, 20, 15] : [200, 200, 190]));
    const { values } = refine(coarse(206, 8), hair);
    const mean = (strand: boolean) => {
      let [sum, count] = [0, 0];
      for (let y = 100; y < 300; y++) {
        for (let x = 203; x < 207; x++) {
          if (isHair(x, y) !== strand) continue;
          sum += values[y * SIDE + x]!;
          count += 1;
        }
      }
      return sum / count;
    };
    expect(mean(true)).toBeGreaterThan(0.8);
    expect(mean(false)).toBeLessThan(0.25);
  });

  it("is all or nothing where the network is a little unsure over a broad area", () => {
    const unsure = (share: number) => ({ ...coarse(0), values: new Float32Array(SIDE ** 2 / 4).fill(share) });
    const busy = photo((x, y) => [(x * 37 + y * 11) % 256, (x * 5 + y * 71) % 256, (x * 13) % 256]);
    expect(new Set(refine(unsure(0.3), busy).values)).toEqual(new Set([0]));
    expect(new Set(refine(unsure(0.8), busy).values)).toEqual(new Set([1]));
  });

  it("keeps what is sure", () => {
    const sure = Float32Array.from({ length: SIDE ** 2 / 4 }, (_, i) => (i % 200 > 150 && i < 20_000 ? 1 : 0));
    const guide = photo((x) => [x / 2, 80, 90]);
    const { values } = refine(coarse(200), guide, sure);
    expect([values[50 * SIDE + 350], values[300 * SIDE + 350]]).toEqual([1, 0]);
  });
});
