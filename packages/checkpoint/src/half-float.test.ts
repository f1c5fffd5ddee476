import { expect, test } from "vitest";
import { bfloatToFloat, exactHalves, floatToHalf, halfToFloat } from "./half-float.js";

test("numbers become the halves that NumPy makes of them", () => {
  // np.array(x, np.float32).astype(np.float16).view(np.uint16)
  const cases: [number, number][] = [
    [1, 0x3c00],
    [-2.5, 0xc100],
    [0.1, 0x2e66],
    [65504, 0x7bff],
    [65519.996, 0x7bff],
    [65520, 0x7c00],
    [1e9, 0x7c00],
    [6.1e-5, 0x03ff],
    [6.0e-5, 0x03ef],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -24, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [-0, 0x8000],
  ];
  for (const [value, half] of cases) expect([value, floatToHalf(value)]).toEqual([value, half]);
  expect(floatToHalf(Number.NaN)).toBe(0x7e00);
});

test("every half survives the way to a number and back", () => {
  for (let half = 0; half < 0x7c00; half++) {
    expect(floatToHalf(halfToFloat(half))).toBe(half);
    expect(floatToHalf(-halfToFloat(half))).toBe(half | 0x8000);
  }
});

test("a value that is no half is noticed", () => {
  expect(exactHalves(Float32Array.of(0.5, 0.25))).toEqual(Uint16Array.of(0x3800, 0x3400));
  expect(exactHalves(Float32Array.of(0.5, 0.1))).toBeUndefined();
});

test("bfloat16 is the upper half of a float32", () => {
  expect(bfloatToFloat(0x3fc0)).toBe(1.5);
  expect(bfloatToFloat(0xc248)).toBe(-50);
});
