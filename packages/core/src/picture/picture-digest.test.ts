import { expect, it } from "vitest";
import { pictureDigest } from "./picture-digest.js";

it("tells pictures apart that differ in one bit anywhere or in their shape, and no others", () => {
  const data = new Uint8ClampedArray(16 * 16 * 4);
  const seen = new Set([pictureDigest({ width: 16, height: 16, data }), pictureDigest({ width: 32, height: 8, data })]);
  for (let i = 0; i < data.length; i++) {
    for (const bit of [1, 128]) {
      data[i]! ^= bit;
      seen.add(pictureDigest({ width: 16, height: 16, data }));
      data[i]! ^= bit;
    }
  }
  expect(seen.size).toBe(2 + 2 * data.length);
  expect(seen).toContain(pictureDigest({ width: 16, height: 16, data: data.slice() }));
});
