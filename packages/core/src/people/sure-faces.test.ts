import { expect, it } from "vitest";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import { sureFaces } from "./sure-faces.js";

it("is 1 within the outlines of faces and 0 beyond, at any scale", () => {
  // ellipses of 25 and 30 % of the side, in a photo of 400 × 300
  const faces = [fakeFace({ x: 100, y: 120 }, 200), fakeFace({ x: 390, y: 40 }, 80)];
  for (const scale of [1, 0.5]) {
    const width = 400 * scale;
    const shares = sureFaces({ width, height: 300 * scale }, faces, scale);
    const at = (x: number, y: number) => shares[Math.floor(y * scale) * width + Math.floor(x * scale)];
    for (const [x, y] of [
      [100, 120],
      [138, 120],
      [62, 120],
      [100, 166],
      [390, 40],
      [399, 40],
    ] as const) {
      expect(at(x, y)).toBe(1);
    }
    for (const [x, y] of [
      [152, 120],
      [48, 120],
      [100, 182],
      [390, 70],
      [250, 250],
    ] as const)
      expect(at(x, y)).toBe(0);
  }
});

it("is 0 without faces", () => {
  expect(sureFaces({ width: 3, height: 2 }, [], 1)).toEqual(new Float32Array(6));
});
