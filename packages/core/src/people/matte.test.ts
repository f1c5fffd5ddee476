import { expect, it } from "vitest";
import { RowSampler } from "./matte.js";

it("interpolates between the middles of pixels, row by row", () => {
  const sampler = new RowSampler({ width: 2, height: 2 }, { width: 4, height: 4 });
  const plane = Float32Array.of(0, 1, 2, 3);
  const row = new Float32Array(4);
  // middles of four pixels lie at -1/4, 1/4, 3/4 and 5/4 of the way from the middle of the first of two to the other
  const expected = [
    [0, 0.25, 0.75, 1],
    [0.5, 0.75, 1.25, 1.5],
    [1.5, 1.75, 2.25, 2.5],
    [2, 2.25, 2.75, 3],
  ];
  for (const [y, values] of expected.entries()) {
    sampler.sample(plane, y, row);
    expect([...row]).toEqual(values);
  }
});

it("gives a plane of the same size back, and one value everywhere", () => {
  const plane = Float32Array.from({ length: 15 }, (_, i) => i * i);
  const row = new Float32Array(5);
  new RowSampler({ width: 5, height: 3 }, { width: 5, height: 3 }).sample(plane, 1, row);
  expect([...row]).toEqual([25, 36, 49, 64, 81]);
  new RowSampler({ width: 1, height: 1 }, { width: 5, height: 7 }).sample(Float32Array.of(0.5), 6, row);
  expect([...row]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
});
