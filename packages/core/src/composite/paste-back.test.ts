import { describe, expect, it } from "vitest";
import { cropToSquare } from "../geometry/similarity.js";
import { warpSquare } from "../picture/warp.js";
import { pasteBack } from "./paste-back.js";

const WIDTH = 300;
const HEIGHT = 260;

const smooth = Uint8ClampedArray.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
  const [x, y, c] = [(i >> 2) % WIDTH, Math.floor(i / 4 / WIDTH), i & 3];
  return c === 3 ? (x + y) % 256 : 128 + 90 * Math.sin(x / 21 + c) * Math.cos(y / 17);
});

const photo = () => ({ width: WIDTH, height: HEIGHT, data: smooth.slice() });
const even = (size: number, value: number) => ({
  width: size,
  height: size,
  data: new Uint8ClampedArray(size * size * 4).fill(value),
});
const full = new Float32Array(16).fill(1);

/** Where a pixel's middle lies in the square, as parts of its side. */
function place(
  pixel: number,
  { center, side, angle }: { center: { x: number; y: number }; side: number; angle: number },
) {
  const [dx, dy] = [(pixel % WIDTH) + 0.5 - center.x, Math.floor(pixel / WIDTH) + 0.5 - center.y];
  const [cos, sin] = [Math.cos((angle / 180) * Math.PI), Math.sin((angle / 180) * Math.PI)];
  return { u: (cos * dx + sin * dy) / side + 0.5, v: (cos * dy - sin * dx) / side + 0.5 };
}

describe("pasteBack", () => {
  it.each([
    { name: "grows", side: 180, size: 64 },
    { name: "keeps its scale", side: 128, size: 128 },
    { name: "shrinks", side: 100, size: 256 },
  ])("puts a square that $name back where it was cut out", ({ side, size }) => {
    const crop = { center: { x: 150, y: 130 }, side, angle: 17 };
    const transform = cropToSquare(crop, size);
    const square = warpSquare({ width: WIDTH, height: HEIGHT, data: smooth }, transform, size);
    const result = photo();
    pasteBack(result, { picture: square, mask: full, transform });
    const worst = result.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - smooth[i]!)), 0);
    expect(worst).toBeLessThanOrEqual(3);
  });

  it("covers the crop where the mask is 1, and changes nothing outside of it and no alpha", () => {
    const crop = { center: { x: 120, y: 100 }, side: 90, angle: -30 };
    const result = photo();
    pasteBack(result, { picture: even(64, 255), mask: full, transform: cropToSquare(crop, 64) });
    const wrong = { outside: 0, inside: 0 };
    for (let i = 0; i < result.data.length; i++) {
      const { u, v } = place(i >> 2, crop);
      const depth = Math.min(u, v, 1 - u, 1 - v);
      if (depth < 0 || (i & 3) === 3) wrong.outside += Number(result.data[i] !== smooth[i]);
      else if (depth > 0.02) wrong.inside += Number(result.data[i] !== 255);
    }
    expect(wrong).toEqual({ outside: 0, inside: 0 });
  });

  it("mixes by the mask", () => {
    const mask = Float32Array.from({ length: 64 * 64 }, (_, i) => (i % 64) / 63);
    const crop = { center: { x: 150, y: 130 }, side: 200, angle: 0 };
    const black = { data: new Uint8ClampedArray(WIDTH * HEIGHT * 4), width: WIDTH, height: HEIGHT };
    pasteBack(black, { picture: even(64, 200), mask, transform: cropToSquare(crop, 64) });
    for (const x of [80, 150, 230]) {
      const share = ((place(130 * WIDTH + x, crop).u * 64 - 0.5) / 63) * 200;
      expect(Math.abs(black.data[(130 * WIDTH + x) * 4]! - share)).toBeLessThan(2);
    }
  });

  it("leaves every byte where the mask is 0", () => {
    const result = photo();
    const transform = cropToSquare({ center: { x: 150, y: 130 }, side: 200, angle: 5 }, 64);
    pasteBack(result, { picture: even(64, 255), mask: new Float32Array(16), transform });
    expect(result.data).toEqual(smooth);
  });

  it("pastes the part of a square that lies inside the photo", () => {
    const result = photo();
    const crop = { center: { x: -10, y: 20 }, side: 120, angle: 0 };
    pasteBack(result, { picture: even(32, 255), mask: full, transform: cropToSquare(crop, 32) });
    expect(result.data[0]).toBe(255);
    expect(result.data[60 * 4]).toBe(smooth[60 * 4]);
  });
});
