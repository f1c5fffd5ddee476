import { expect, test } from "vitest";
import { allPairs, cosine, distance, falls, nearest, spread, summarise } from "./identity-figures.js";

const one = Float32Array.of(3, 4, 0);
const other = Float32Array.of(0, 4, 3);

/** NumPy: `np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b)` and `np.linalg.norm(a - b)`. */
test("cosine does not see lengths, the distance does", () => {
  expect(cosine(one, other)).toBeCloseTo(0.64, 12);
  expect(cosine(one, Float32Array.of(6, 8, 0))).toBeCloseTo(1, 12);
  expect(cosine(one, Float32Array.of(-3, -4, 0))).toBeCloseTo(-1, 12);
  expect(distance(one, other)).toBeCloseTo(4.242640687119285, 12);
  expect(distance(one, Float32Array.of(6, 8, 0))).toBeCloseTo(5, 12);
});

test("a summary has the means, and the part below the threshold but not on it", () => {
  const pairs = [
    { cosine: 0.9, distance: 0.4 },
    { cosine: 0.8, distance: 0.6 },
    { cosine: 0.4, distance: 1.1 },
  ];
  expect(summarise(pairs, 0.6)).toEqual({
    pairs: 3,
    cosine: expect.closeTo(0.7, 12),
    distance: expect.closeTo(0.7, 12),
    belowThreshold: expect.closeTo(1 / 3, 12),
  });
});

test("what falls may stay where it is, and never rises", () => {
  expect(falls([1, 0.97, 0.97, 0.9])).toBe(true);
  expect(falls([1, 0.9, 0.91])).toBe(false);
  expect(falls([0.5])).toBe(true);
});

test("every two vectors make one pair", () => {
  const pairs = allPairs([0, 1, 3, 7].map((value) => Float32Array.of(value, 1)));
  expect(pairs.map((pair) => pair.distance)).toEqual([1, 3, 7, 2, 6, 4]);
});

test("the nearest is the one at the least distance, not the one in the same direction", () => {
  expect(nearest(Float32Array.of(1, 0), [Float32Array.of(9, 0), Float32Array.of(1, 1), Float32Array.of(0, -2)])).toBe(
    1,
  );
});

test("a choice is spread over the list and has no item twice", () => {
  const items = Array.from({ length: 160 }, (_, i) => i);
  expect(spread(items, 4)).toEqual([20, 60, 100, 140]);
  expect(new Set(spread(items, 159)).size).toBe(159);
  expect(spread(items, 160)).toEqual(items);
  expect(spread(items, 500)).toEqual(items);
});
