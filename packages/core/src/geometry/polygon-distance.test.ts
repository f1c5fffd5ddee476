import { expect, it } from "vitest";
import { distanceOutside } from "./polygon-distance.js";

const angle = [
  { x: 0, y: 0 },
  { x: 4, y: 0 },
  { x: 4, y: 1 },
  { x: 1, y: 1 },
  { x: 1, y: 4 },
  { x: 0, y: 4 },
];

it.each([
  [0.5, 3, 0],
  [3, 0.5, 0],
  [2, 2, 1],
  [-3, -4, 5],
  [2, -1.5, 1.5],
  [1.5, 4, 0.5],
])("of (%d, %d) from an angle of two bars is %d", (x, y, distance) => {
  expect(distanceOutside(angle, { x, y })).toBeCloseTo(distance, 12);
});
