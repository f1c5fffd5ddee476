import { expect, test } from "vitest";
import { makeSimilarity } from "../geometry/similarity.js";
import { toNdarray } from "../ndarray.js";
import { createPicture } from "../picture/picture.js";
import { wholeView } from "./search-views.js";
import { viewOfPicture } from "./view-of-picture.js";

/** Red rises with x, green with y, blue is 200. */
function ramp(width: number, height: number) {
  const picture = createPicture(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      picture.data.set([(255 * (x + 0.5)) / width, (255 * (y + 0.5)) / height, 200, 255], (y * width + x) * 4);
    }
  }
  return picture;
}

test("a wide picture stands in the middle, with black above and below", () => {
  const view = toNdarray(viewOfPicture(ramp(512, 256), wholeView(512, 256), 256));
  expect([0, 1, 2, 3].map((channel) => view.get(63, 100, channel))).toEqual([0, 0, 0, 255]);
  expect([0, 1, 2, 3].map((channel) => view.get(192, 100, channel))).toEqual([0, 0, 0, 255]);
  for (const row of [64, 128, 191]) {
    expect(view.get(row, 100, 0)).toBeCloseTo((255 * 100.5) / 256, -0.4);
    expect(view.get(row, 100, 1)).toBeCloseTo((255 * (row - 64 + 0.5)) / 128, -0.4);
    expect(view.get(row, 100, 2)).toBe(200);
  }
});

test("a part of the picture is enlarged, and black where it ends", () => {
  const toView = makeSimilarity({ scale: 4, from: { x: 100, y: 50 }, to: { x: 128, y: 128 } });
  const view = toNdarray(viewOfPicture(ramp(120, 100), toView, 256));
  // column 208 is the picture's right edge: 100 + (208 - 128) / 4 = 120
  expect(view.get(128, 207, 2)).toBe(200);
  expect(view.get(128, 208, 2)).toBe(0);
  expect(view.get(128, 128, 0)).toBeCloseTo((255 * 100) / 120, -0.4);
  expect(view.get(64, 128, 1)).toBeCloseTo((255 * 34) / 100, -0.4);
});

test("a turned picture is black beyond its edges and nowhere within", () => {
  const view = toNdarray(viewOfPicture(ramp(256, 256), wholeView(256, 256, 45), 256));
  expect(view.get(10, 10, 2)).toBe(0);
  expect(view.get(250, 10, 2)).toBe(0);
  expect(view.get(128, 128, 2)).toBe(200);
  // turned clockwise by 45 degrees, the picture's upper left corner is at the top, the upper right one on the right
  expect(view.get(4, 128, 0)).toBeLessThan(12);
  expect(view.get(4, 128, 1)).toBeLessThan(12);
  expect(view.get(128, 251, 0)).toBeGreaterThan(243);
  expect(view.get(128, 251, 1)).toBeLessThan(12);
});
