import { describe, expect, it } from "vitest";
import { expectedPictures, furthest } from "../test/expected.js";
import { clipPixels } from "./clip-pixels.js";

/** One step of a byte, divided by the smallest of the standard deviations. */
const BYTE = 1 / 255 / 0.26130258;

describe("clipPixels", () => {
  it.each(expectedPictures)("does with $width × $height pixels what transformers does with Pillow", (expected) => {
    const pixels = clipPixels(expected.picture, 16);
    expect(furthest(pixels, expected.pixels)).toBeLessThan(1.01 * BYTE);
    const apart = pixels.filter((value, i) => Math.abs(value - expected.pixels[i]!) > 1e-3);
    expect(apart.length / pixels.length).toBeLessThan(0.01);
  });

  it("sees transparency as white", () => {
    const clear = { width: 4, height: 4, data: new Uint8ClampedArray(4 * 4 * 4) };
    const [red, green, blue] = [0, 4, 8].map((at) => clipPixels(clear, 2)[at]);
    expect(red).toBeCloseTo((1 - 0.48145466) / 0.26862954, 5);
    expect(green).toBeCloseTo((1 - 0.4578275) / 0.26130258, 5);
    expect(blue).toBeCloseTo((1 - 0.40821073) / 0.27577711, 5);
  });

  it("needs no more memory for a picture that is a line", () => {
    const data = new Uint8ClampedArray(60_000 * 4).fill(255);
    data.fill(0, 0, 4 * 29_000);
    const pixels = clipPixels({ width: 60_000, height: 1, data }, 224);
    expect(pixels.length).toBe(3 * 224 * 224);
    expect(new Set(pixels.slice(0, 224 * 224)).size).toBe(1);
  });
});
