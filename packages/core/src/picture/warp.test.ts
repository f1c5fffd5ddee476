import { describe, expect, it } from "vitest";
import { cropToSquare, makeSimilarity } from "../geometry/similarity.js";
import { toNdarray } from "../ndarray.js";
import { warpSquare } from "./warp.js";

/** A picture of a function of the place, given at the middles of its pixels. */
function pictureOf(width: number, height: number, value: (x: number, y: number) => number) {
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => {
    const pixel = i >> 2;
    return (i & 3) === 3 ? 255 : value((pixel % width) + 0.5, Math.floor(pixel / width) + 0.5);
  });
  return { width, height, data };
}

const waves = (wavelength: number) => (x: number, y: number) =>
  128 + 90 * Math.sin((2 * Math.PI * x) / wavelength) * Math.cos((2 * Math.PI * y) / (1.3 * wavelength));

describe("warpSquare", () => {
  it.each([
    { name: "enlarges", side: 60, wavelength: 30, tolerance: 2 },
    { name: "keeps the scale", side: 128, wavelength: 30, tolerance: 2 },
    { name: "shrinks", side: 220, wavelength: 60, tolerance: 3 },
    { name: "shrinks much", side: 330, wavelength: 100, tolerance: 3 },
  ])("$name and turns a smooth picture as the formula does", ({ side, wavelength, tolerance }) => {
    const value = waves(wavelength);
    const center = { x: 301, y: 250 };
    const view = toNdarray(warpSquare(pictureOf(600, 500, value), cropToSquare({ center, side, angle: 25 }, 128), 128));
    const [cos, sin] = [Math.cos((25 / 180) * Math.PI), Math.sin((25 / 180) * Math.PI)];
    let worst = 0;
    for (let v = 0; v < 128; v++) {
      for (let u = 0; u < 128; u++) {
        const [dx, dy] = [((u - 63.5) * side) / 128, ((v - 63.5) * side) / 128];
        const expected = value(center.x + cos * dx - sin * dy, center.y + sin * dx + cos * dy);
        worst = Math.max(worst, Math.abs(view.get(v, u, 0) - expected));
      }
    }
    expect(worst).toBeLessThan(tolerance);
  });

  it("does not alias: fine stripes become an even grey", () => {
    const stripes = pictureOf(640, 640, (x) => (Math.floor(x) % 2) * 255);
    const { data } = warpSquare(stripes, cropToSquare({ center: { x: 320, y: 320 }, side: 420, angle: 10 }, 64), 64);
    const reds = data.filter((_, i) => (i & 3) === 0);
    // Samples of the stripes themselves would span all of 255.
    expect(Math.max(...reds) - Math.min(...reds)).toBeLessThan(40);
  });

  it("keeps pixels where nothing is to be done", () => {
    const picture = pictureOf(32, 32, (x, y) => (x * 37 + y * 101) % 256);
    expect(warpSquare(picture, makeSimilarity({}), 32).data).toEqual(picture.data);
  });

  it.each([
    { name: "at the left and above", center: { x: 8, y: 12 }, side: 64 },
    { name: "at the right and below", center: { x: 57, y: 52 }, side: 64 },
    { name: "and shrinks", center: { x: 8, y: 12 }, side: 128 },
    { name: "more than once", center: { x: -90, y: 150 }, side: 64 },
  ])("mirrors the picture beyond its edges, $name", ({ center, side }) => {
    const size = 32;
    const value = (x: number, y: number) => 3 * x + y / 2;
    const view = toNdarray(warpSquare(pictureOf(64, 64, value), cropToSquare({ center, side, angle: 0 }, size), size));
    const fold = (t: number) => 64 - Math.abs(64 - (((t % 128) + 128) % 128));
    for (let v = 0; v < size; v += 3) {
      for (let u = 0; u < size; u += 3) {
        const x = center.x + ((u + 0.5) / size - 0.5) * side;
        const y = center.y + ((v + 0.5) / size - 0.5) * side;
        // Where it is folded, interpolation rounds the kink off.
        expect(Math.abs(view.get(v, u, 0) - value(fold(x), fold(y)))).toBeLessThan(5);
      }
    }
  });
});
