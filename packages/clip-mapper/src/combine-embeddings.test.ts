import { describe, expect, it } from "vitest";
import { combineEmbeddings } from "./combine-embeddings.js";

const x = Float32Array.of(1, 0, 0);
const y = Float32Array.of(0, 1, 0);
const rounded = (values: Float32Array) => Array.from(values, (value) => Math.round(value * 1e6) / 1e6);

describe("combineEmbeddings", () => {
  it("leaves a single one as it is, whatever its weight", () => {
    expect(combineEmbeddings([{ embedding: x, weight: 0.1 }])).toEqual(x);
  });

  it("weighs directions", () => {
    const parts = [
      { embedding: x, weight: 3 },
      { embedding: y, weight: 4 },
    ];
    expect(rounded(combineEmbeddings(parts))).toEqual([0.6, 0.8, 0]);
  });

  it("goes from what is less wanted through the mean of the others and on", () => {
    // x + 0.75 (x - y) = (1.75, -0.75, 0), of the length 1.903943
    const parts = [{ embedding: x }, { embedding: y, weight: -0.75 }];
    expect(rounded(combineEmbeddings(parts))).toEqual([0.919145, -0.393919, 0]);
  });

  it("keeps what all have in common", () => {
    const [one, other] = [Float32Array.of(0.8, 0.6, 0), Float32Array.of(0.8, 0, 0.6)];
    // (0.8, 0.9, -0.3) of the length √1.54, where a plain difference would have (0.4, 0.6, -0.3) of the length √0.61
    const combined = combineEmbeddings([{ embedding: one }, { embedding: other, weight: -0.5 }]);
    expect(combined[0]).toBeCloseTo(0.8 / Math.sqrt(1.54), 6);
  });

  it.each([
    ["nothing", [], /none was given/],
    ["no weight above 0", [{ embedding: x, weight: -1 }], /above 0/],
    ["a weight that is not finite", [{ embedding: x, weight: Number.NaN }], /finite/],
    ["opposites", [{ embedding: x }, { embedding: x.map((value) => -value) }], /cancel/],
    ["what is not finite", [{ embedding: x.map(() => Number.NaN) }], /not finite/],
    ["other lengths", [{ embedding: x }, { embedding: Float32Array.of(1) }], /3 and 1 numbers/],
  ])("refuses %s", (_, parts, message) => {
    expect(() => combineEmbeddings(parts)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringMatching(message) }),
    );
  });
});
