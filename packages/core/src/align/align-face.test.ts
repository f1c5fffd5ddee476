import { describe, expect, it } from "vitest";
import { warpSquare } from "../picture/warp.js";
import { alignFace } from "./align-face.js";

const SIZE = 200;

/** Noise, whose variance tells how much it was blurred. */
const photo = {
  width: SIZE,
  height: SIZE,
  data: Uint8ClampedArray.from({ length: SIZE * SIZE * 4 }, (_, i) =>
    (i & 3) === 3 ? 255 : 60 + (((Math.imul(i + 1, 0x9e3779b1) >>> 16) * 7) % 140),
  ),
};

function deviation(data: Uint8ClampedArray, width: number, fromRow: number, toRow: number): number {
  const values = [...data.subarray(fromRow * width * 4, toRow * width * 4)].filter((_, i) => (i & 3) === 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("alignFace", () => {
  it("is the plain warp where the crop lies inside the photo", () => {
    const crop = { center: { x: 100, y: 100 }, side: 120, angle: 12 };
    const { picture, transform } = alignFace(photo, crop, 64);
    expect(picture).toMatchObject({ width: 64, height: 64 });
    expect(picture.data).toEqual(warpSquare(photo, transform, 64).data);
  });

  it("leaves what lies inside the photo alone, and softens the outside more and more", () => {
    // The upper half of the square lies above the photo.
    const crop = { center: { x: 100, y: 0 }, side: 128, angle: 0 };
    const { picture, transform } = alignFace(photo, crop, 128);
    const plain = warpSquare(photo, transform, 128);
    expect(picture.data.slice(64 * 128 * 4)).toEqual(plain.data.slice(64 * 128 * 4));
    const whole = deviation(plain.data, 128, 0, 64);
    const far = deviation(picture.data, 128, 0, 20);
    const near = deviation(picture.data, 128, 50, 60);
    expect(far).toBeLessThan(0.1 * whole);
    expect(near).toBeGreaterThan(far);
    expect(near).toBeLessThan(whole);
  });
});
