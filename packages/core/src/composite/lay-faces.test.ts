import { describe, expect, it } from "vitest";
import { alignFace } from "../align/align-face.js";
import { toNdarray } from "../ndarray.js";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import { type FaceLayer, layFaces } from "./lay-faces.js";

const grey = { width: 200, height: 200, data: new Uint8ClampedArray(200 * 200 * 4).fill(100) };

function layer(x: number, side: number, value: number, opacity = 1): FaceLayer {
  const face = fakeFace({ x, y: 100 }, side);
  const { picture: square, transform } = alignFace(grey, face.crop, 64);
  const stylized = { width: 64, height: 64, data: new Uint8ClampedArray(64 * 64 * 4).fill(value) };
  return { face, transform, square, stylized, opacity };
}

function laid(layers: readonly FaceLayer[]) {
  const picture = { ...grey, data: grey.data.slice() };
  layFaces(picture, layers);
  return picture;
}

describe("layFaces", () => {
  it("lays the larger face over the smaller, whatever their order", () => {
    const [large, small] = [layer(90, 120, 255), layer(110, 60, 0)];
    for (const layers of [
      [large, small],
      [small, large],
    ]) {
      expect(toNdarray(laid(layers)).get(100, 105, 0)).toBe(255);
    }
  });

  it("mixes with what is below by the opacity, and leaves it alone at 0", () => {
    expect(toNdarray(laid([layer(100, 100, 200, 0.5)])).get(100, 100, 0)).toBe(150);
    expect(laid([layer(100, 100, 200, 0)]).data).toEqual(grey.data);
  });

  it("finds the place of a face in a picture of another size than the photo", () => {
    const half = { width: 100, height: 100, data: new Uint8ClampedArray(100 * 100 * 4).fill(100) };
    layFaces(half, [layer(100, 100, 200)], 0.5);
    const at = (x: number) => toNdarray(half).get(50, x, 0);
    expect(at(50)).toBe(200);
    expect([at(20), at(80)]).toEqual([100, 100]);
  });
});
