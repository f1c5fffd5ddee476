import { describe, expect, it } from "vitest";
import { flatten } from "./flatten.js";
import { createPicture } from "./picture.js";

describe("flatten", () => {
  it("puts white behind and returns opaque pictures as they are", () => {
    const picture = { width: 3, height: 1, data: Uint8ClampedArray.of(0, 100, 255, 0, 0, 100, 255, 128, 1, 2, 3, 255) };
    // 255·(1 - 128/255) + value·128/255 by hand.
    expect([...flatten(picture).data]).toEqual([255, 255, 255, 255, 127, 177, 255, 255, 1, 2, 3, 255]);
    const opaque = createPicture(2, 2);
    opaque.data.fill(255);
    expect(flatten(opaque)).toBe(opaque);
  });
});
