import { expect } from "vitest";
import type { ClipParity } from "./clip.js";

/** Cosines that a wrong graph would not reach, as different inputs are further apart (see the likeness). */
export function expectClipParity(rows: readonly ClipParity[]): void {
  expect(rows).toHaveLength(6);
  for (const { tower, dtype, cosine, largest, length } of rows) {
    const name = `${tower} ${dtype}`;
    expect(length, name).toBeLessThan(1e-6);
    expect(cosine, name).toBeGreaterThan(dtype === "int8" ? 0.999 : 0.9999);
    expect(largest, name).toBeLessThan({ fp32: 1e-5, fp16: 2e-3, int8: 5e-2 }[dtype]);
  }
}
