import { expect, it } from "vitest";
import { wrapPicture } from "./create-picture.js";
import { pictureDigest } from "./picture-digest.js";

it("tells pictures apart that differ in one bit anywhere or in their shape, and no others", () => {
  const data = new Uint8ClampedArray(16 * 16 * 4);
  const seen = new Set([pictureDigest(wrapPicture(data, 16, 16)), pictureDigest(wrapPicture(data, 32, 8))]);
  for (let i = 0; i < data.length; i++) {
    for (const bit of [1, 128]) {
      data[i]! ^= bit;
      seen.add(pictureDigest(wrapPicture(data, 16, 16)));
      data[i]! ^= bit;
    }
  }
  expect(seen.size).toBe(2 + 2 * data.length);
  expect(seen).toContain(pictureDigest(wrapPicture(data.slice(), 16, 16)));
});
