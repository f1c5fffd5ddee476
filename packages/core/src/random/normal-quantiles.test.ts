import { expect, it } from "vitest";
import { normalQuantiles, QUANTILES } from "./normal-quantiles.js";

// Python's statistics.NormalDist().inv_cdf((i + 0.5) / 65536)
it.each([
  [0, -4.324919],
  [1, -4.076207],
  [1588, -1.973161],
  [1589, -1.972894],
  [16384, -0.674466],
  [32767, -0.000019],
  [32768, 0.000019],
  [65535, 4.324919],
])("entry %i is %f", (i, value) => {
  expect(normalQuantiles()[i]).toBeCloseTo(value, 5);
});

it("rises from entry to entry", () => {
  const table = normalQuantiles();
  expect(table).toHaveLength(QUANTILES);
  expect(table.every((value, i) => i === 0 || value > table[i - 1]!)).toBe(true);
});
