import { expect, it } from "vitest";
import { naturalLog } from "./natural-log.js";

it("is the logarithm to within two units of the last place", () => {
  for (let i = 1; i < 20_000; i++) {
    for (const x of [i / 20_000, i * 1e-12, i * 1e7]) {
      expect(Math.abs(naturalLog(x) - Math.log(x))).toBeLessThanOrEqual(4.5e-16 * Math.abs(Math.log(x)) + 1e-17);
    }
  }
});

it("is exact at 1", () => {
  expect(naturalLog(1)).toBe(0);
});
