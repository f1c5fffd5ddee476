import { describe, expect, it } from "vitest";
import { fromTensorData, toTensorData } from "./tensor-data.js";

describe("tensor data", () => {
  it("is RGB planes in [-1, 1]", () => {
    const planes = toTensorData({ width: 2, height: 1, data: Uint8ClampedArray.of(0, 255, 51, 7, 102, 204, 153, 7) });
    const expected = [-1, -0.2, 1, 0.6, -0.6, 0.2];
    for (const [i, value] of expected.entries()) expect(planes[i]).toBeCloseTo(value, 6);
  });

  it("brings every byte back, rounds, and clamps", () => {
    const all = Uint8ClampedArray.from({ length: 1024 }, (_, i) => ((i & 3) === 3 ? 255 : i >> 2));
    expect(fromTensorData(toTensorData({ width: 16, height: 16, data: all }), 16, 16).data).toEqual(all);
    const { data } = fromTensorData(Float32Array.of(-1.5, 2, 0.003), 1, 1);
    expect([...data]).toEqual([0, 255, 128, 255]);
  });
});
