import { describe, expect, it } from "vitest";
import { cutOutPeople, paintPeople } from "./cut-out.js";

const SIDE = 512;
const SKIN = [200, 140, 110];
const WALL = [40, 90, 220];

const even = (color: readonly number[], width = SIDE, height = SIDE) => ({
  width,
  height,
  data: Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => color[i & 3] ?? 255),
});

/** People on the left, and an edge of twelve pixels. */
const share = (x: number) => Math.min(Math.max((70 - x) / 12, 0), 1);
const matte = {
  width: SIDE,
  height: SIDE,
  values: Float32Array.from({ length: SIDE * SIDE }, (_, i) => share(i % SIDE)),
};

/** Skin before a wall, mixed by the matte. */
const mixed = {
  ...even([]),
  data: even([]).data.map((_, i) => {
    const alpha = share((i >> 2) % SIDE);
    return (i & 3) === 3 ? 255 : alpha * SKIN[i & 3]! + (1 - alpha) * WALL[i & 3]!;
  }),
};

describe("paintPeople", () => {
  it("mixes photo and painting by the matte, and keeps the photo's alpha and what no share covers", () => {
    const photo = {
      ...even([100, 100, 100]),
      data: even([100, 100, 100]).data.map((v, i) => ((i & 3) === 3 ? 77 : v)),
    };
    const { data } = paintPeople(photo, even([200, 0, 100]), matte);
    const pixel = (x: number) => [...data.subarray((5 * SIDE + x) * 4, (5 * SIDE + x) * 4 + 4)];
    expect(pixel(20)).toEqual([200, 0, 100, 77]);
    expect(pixel(64)).toEqual([150, 50, 100, 77]);
    expect(pixel(100)).toEqual([100, 100, 100, 77]);
    expect(photo.data[20 * 4]).toBe(100);
  });

  it("enlarges a matte that is smaller", () => {
    const small = { width: 2, height: 1, values: Float32Array.of(1, 0) };
    const { data } = paintPeople(even([0, 0, 0], 8, 3), even([200, 200, 200], 8, 3), small);
    expect([...data].filter((_, i) => i % 4 === 0 && i < 32)).toEqual([200, 200, 175, 125, 75, 25, 0, 0]);
  });

  it("refuses a painting of another size", () => {
    const refusal = expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining("64×64") });
    expect(() => paintPeople(even([]), even([], 64, 64), matte)).toThrow(refusal);
  });
});

describe("cutOutPeople", () => {
  it("takes the wall out of the edge", () => {
    const { data } = cutOutPeople(mixed, matte);
    for (let x = 0; x < SIDE; x++) {
      const [red, green, blue, alpha] = data.subarray((60 * SIDE + x) * 4, (60 * SIDE + x) * 4 + 4);
      expect(Math.abs(alpha! - 255 * share(x))).toBeLessThanOrEqual(0.5);
      if (alpha! < 20) continue;
      // the mixture itself is off by up to 147 here
      for (const [c, value] of [red, green, blue].entries()) expect(Math.abs(value! - SKIN[c]!)).toBeLessThan(15);
    }
  });

  it("leaves the pixels of people as they are, and makes the rest transparent black", () => {
    const { data } = cutOutPeople(mixed, matte);
    expect(data.subarray(0, 50 * 4)).toEqual(mixed.data.subarray(0, 50 * 4));
    expect(new Set(data.subarray(80 * 4, SIDE * 4))).toEqual(new Set([0]));
  });

  it("is never less transparent than the picture", () => {
    const glass = { ...mixed, data: mixed.data.map((value, i) => ((i & 3) === 3 ? 100 : value)) };
    const { data } = cutOutPeople(glass, matte);
    expect([data[3], data[64 * 4 + 3], data[100 * 4 + 3]]).toEqual([100, 50, 0]);
  });
});
