import { describe, expect, it } from "vitest";
import { alignFace } from "../align/align-face.js";
import { toNdarray } from "../picture/ndarray.js";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import { compositeFaces, type FaceLayer } from "./composite-faces.js";

const grey = { width: 200, height: 200, data: new Uint8ClampedArray(200 * 200 * 4).fill(100) };

function layer(x: number, side: number, value: number, opacity = 1): FaceLayer {
  const face = fakeFace({ x, y: 100 }, side);
  const { picture: square, transform } = alignFace(grey, face.crop, 64);
  const stylized = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(value) };
  return { face, transform, square, stylized, opacity };
}

describe("compositeFaces", () => {
  it("lays the larger face over the smaller, whatever their order", () => {
    const [large, small] = [layer(90, 120, 255), layer(110, 60, 0)];
    for (const layers of [
      [large, small],
      [small, large],
    ]) {
      expect(toNdarray(compositeFaces(grey, layers)).get(100, 105, 0)).toBe(255);
    }
  });

  it("mixes with the photo by the opacity, and leaves it alone at 0", () => {
    expect(toNdarray(compositeFaces(grey, [layer(100, 100, 200, 0.5)])).get(100, 100, 0)).toBe(150);
    const untouched = compositeFaces(grey, [layer(100, 100, 200, 0)]);
    expect(untouched.data).toEqual(grey.data);
    expect(untouched.data).not.toBe(grey.data);
  });
});
