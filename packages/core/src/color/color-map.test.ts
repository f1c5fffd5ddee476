import { describe, expect, it } from "vitest";
import { RandomGenerator } from "../random/random-generator.js";
import { applyColorMap, fitColorMap } from "./color-map.js";

const picture = (colors: readonly (readonly number[])[], alpha = 255) => ({
  width: colors.length,
  height: 1,
  data: Uint8ClampedArray.from(colors.flatMap((color) => [...color, alpha])),
});

const colorsOf = (data: Uint8ClampedArray) =>
  Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 3)]);

const indices = Array.from({ length: 4096 }, (_, i) => i);
const many = indices.map((i) => [(i * 37) % 256, (i * 101) % 256, (i * 211) % 256] as const);
const some = [
  [200, 120, 90],
  [30, 60, 45],
  [240, 240, 230],
  [15, 15, 15],
  [100, 150, 200],
];

describe("color maps", () => {
  it("are those of the same formulas in NumPy", () => {
    const styled = many.map(([r, g, b], i) => [
      Math.floor(60 + r * 0.3 + g * 0.2),
      Math.floor(40 + g * 0.5 + ((i * 13) % 40)),
      Math.floor(90 + b * 0.25),
    ]);
    const map = fitColorMap([{ from: picture(many), to: picture(styled) }]);
    // numpy.linalg.solve of the linear and the full map, stretched by NumPy's standard deviations, with its own Oklab in float64
    const expected = [
      [143, 115, 110],
      [80, 89, 99],
      [183, 182, 149],
      [68, 65, 93],
      [114, 132, 141],
    ];
    for (const [i, color] of colorsOf(applyColorMap(picture(some), map).data).entries()) {
      for (const [c, byte] of color.entries()) expect(Math.abs(byte - expected[i]![c]!)).toBeLessThanOrEqual(1);
    }
  });

  it("leave colours as they are that the style leaves", () => {
    const map = fitColorMap([{ from: picture(many), to: picture(many) }]);
    const made = colorsOf(applyColorMap(picture(many), map).data);
    const differences = made.flatMap((color, i) => color.map((byte, c) => Math.abs(byte - many[i]![c]!)));
    expect(differences.reduce((sum, each) => sum + each) / differences.length).toBeLessThan(2.5);
    // a trace of light is many bytes where a channel of a saturated colour has none
    expect(differences.filter((each) => each > 8).length / differences.length).toBeLessThan(0.02);
  });

  it("make greys of everything where the style is a drawing, whatever its strokes", () => {
    const random = new RandomGenerator(1);
    const strokes = many.map(([r, g, b]) => {
      const grey = 0.3 * r + 0.59 * g + 0.11 * b + 40 * random.normal();
      return [grey, grey, grey];
    });
    const map = fitColorMap([{ from: picture(many), to: picture(strokes) }]);
    const made = colorsOf(applyColorMap(picture(many), map).data);
    for (const color of made) expect(Math.max(...color) - Math.min(...color)).toBeLessThanOrEqual(2);
    const light = (color: readonly number[]) => 0.3 * color[0]! + 0.59 * color[1]! + 0.11 * color[2]!;
    const order = [...many.keys()].sort((one, other) => light(many[one]!) - light(many[other]!));
    const tenth = (part: readonly number[]) => part.reduce((sum, i) => sum + made[i]![0]!, 0) / part.length;
    expect(tenth(order.slice(-400)) - tenth(order.slice(0, 400))).toBeGreaterThan(100);
  });

  it("leave darker greys darker, also where the style was not: a black that became brown, beside hair that stayed dark", () => {
    const hair = Array.from({ length: 900 }, (_, i) => [40 + (i % 40), 30 + (i % 40), 25 + (i % 40)]);
    const skin = Array.from({ length: 2000 }, (_, i) => [170 + (i % 60), 130 + (i % 60), 110 + (i % 60)]);
    const black = Array.from({ length: 700 }, (_, i) => [i % 14, i % 12, i % 13]);
    const brown = black.map(() => [150, 110, 95]);
    const from = picture([...hair, ...skin, ...black]);
    const map = fitColorMap([{ from, to: picture([...hair, ...skin, ...brown]) }]);
    const ramp = Array.from({ length: 52 }, (_, i) => [5 * i, 5 * i, 5 * i]);
    const lights = colorsOf(applyColorMap(picture(ramp), map).data).map(
      ([r, g, b]) => 0.3 * r! + 0.59 * g! + 0.11 * b!,
    );
    for (let i = 1; i < lights.length; i++) expect(lights[i]! - lights[i - 1]!).toBeGreaterThan(-0.6);
  });

  it("come from all squares, and leave alpha alone", () => {
    const red = many.map(([r]) => [r, 0, 0]);
    const blue = many.map(([r]) => [0, 0, r]);
    const map = fitColorMap([
      { from: picture(many), to: picture(red) },
      { from: picture(many), to: picture(blue) },
    ]);
    const { data } = applyColorMap(picture([[220, 220, 220]], 77), map);
    expect(data[0]).toBeGreaterThan(60);
    expect(data[2]).toBeGreaterThan(60);
    expect(data[1]).toBeLessThan(data[0]!);
    expect(data[3]).toBe(77);
  });

  it("of squares of one colour do not fail", () => {
    const one = picture([
      [90, 90, 90],
      [90, 90, 90],
    ]);
    const two = picture([
      [200, 60, 60],
      [200, 60, 60],
    ]);
    const [made] = colorsOf(applyColorMap(one, fitColorMap([{ from: one, to: two }])).data);
    for (const [c, byte] of made!.entries()) expect(Math.abs(byte - [200, 60, 60][c]!)).toBeLessThanOrEqual(4);
  });
});
