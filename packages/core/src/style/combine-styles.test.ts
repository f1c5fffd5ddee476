import { describe, expect, it } from "vitest";
import { averageStyles, interpolateStyles, mixStyles, truncateStyle } from "./combine-styles.js";
import { StyleCode } from "./style-code.js";

const seeded = (seed: number, ...row: number[]) => StyleCode.fromRow(Float32Array.from(row), { type: "seed", seed });
const one = seeded(1, 1, 10);
const two = seeded(2, 3, 20);

describe("interpolateStyles", () => {
  it("runs from one code to the other and beyond", () => {
    expect(interpolateStyles(one, two, 0).values).toEqual(one.values);
    expect(interpolateStyles(one, two, 1).values).toEqual(two.values);
    expect([...interpolateStyles(one, two, 0.25).values.slice(0, 2)]).toEqual([1.5, 12.5]);
    expect([...interpolateStyles(one, two, 1.5).values.slice(0, 2)]).toEqual([4, 25]);
  });

  it("remembers both origins", () => {
    expect(interpolateStyles(one, two, 0.5).origin).toEqual({
      type: "mixture",
      of: [
        { type: "seed", seed: 1 },
        { type: "seed", seed: 2 },
      ],
    });
  });

  it("refuses codes of different networks", () => {
    expect(() => interpolateStyles(one, seeded(3, 1, 2, 3), 0.5)).toThrow(
      expect.objectContaining({ code: "STYLE_INVALID", message: expect.stringContaining("10 × 3") }),
    );
  });
});

describe("mixStyles", () => {
  it("takes the rows named from the other code", () => {
    const { values } = mixStyles(one, two, [0, 9]);
    expect([...values.slice(0, 4)]).toEqual([3, 20, 1, 10]);
    expect([...values.slice(16)]).toEqual([1, 10, 3, 20]);
  });

  it.each([10, -1, 0.5])("refuses row %s", (row) => {
    expect(() => mixStyles(one, two, [row])).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("truncateStyle", () => {
  it("moves towards the centre and keeps the origin", () => {
    const code = truncateStyle(two, one, 0.5);
    expect([...code.values.slice(0, 2)]).toEqual([2, 15]);
    expect(code.origin).toEqual({ type: "seed", seed: 2 });
  });
});

describe("averageStyles", () => {
  it("divides the weights by their sum", () => {
    const { values } = averageStyles([
      { code: one, weight: 3 },
      { code: two, weight: 1 },
    ]);
    expect([...values.slice(0, 2)]).toEqual([1.5, 12.5]);
  });

  it("lets a style govern some rows alone and takes the others from the rest", () => {
    const { values } = averageStyles([{ code: two, layers: [1] }], one);
    expect([...values.slice(0, 6)]).toEqual([1, 10, 3, 20, 1, 10]);
  });

  it("says which row no style governs", () => {
    expect(() => averageStyles([{ code: two, layers: [0, 1, 2] }])).toThrow(/row 3/);
  });

  it("refuses weights without a sum", () => {
    expect(() => averageStyles([{ code: two, weight: 0 }])).toThrow(/more than 0/);
    expect(() => averageStyles([{ code: two, weight: -1 }], one)).toThrow(/more than 0/);
  });

  it("takes groups of rows", () => {
    const { values } = averageStyles([{ code: two, layers: ["fine", 0] }], one);
    expect([...values].filter((_, i) => i % 2 === 0)).toEqual([3, 1, 1, 1, 1, 1, 1, 3, 3, 3]);
  });

  it("takes a share of what sets a style apart from the centre out of the others", () => {
    const center = seeded(0, 2, 12);
    // (2, 12) + ((4, 30) - (2, 12)) - 1/2 ((3, 20) - (2, 12)), the weights divided by 2
    const parts = [
      { code: seeded(3, 4, 30), weight: 2 },
      { code: two, weight: -1 },
    ];
    expect([...averageStyles(parts, center).values.slice(0, 2)]).toEqual([3.5, 26]);
    expect([...averageStyles(parts, one, center).values.slice(0, 2)]).toEqual([3.5, 26]);
    expect(() => averageStyles(parts)).toThrow(/neither a photo code nor presets/);
  });

  it("does not move for less of a style that is the centre", () => {
    const parts = [{ code: two }, { code: one, weight: -3 }];
    expect(averageStyles(parts, one).values).toEqual(two.values);
  });
});
