import { expect, it } from "vitest";
import { noiseMaps } from "./noise-maps.js";

it("has one map at S/16 and two at each of the four larger sizes", () => {
  expect(noiseMaps(256, 0).map(({ size }) => size)).toEqual([16, 32, 32, 64, 64, 128, 128, 256, 256]);
});

it("gives the same numbers for a seed, others for another, and others in each map", () => {
  const [first, second] = noiseMaps(32, 7);
  expect(noiseMaps(32, 7)[0]).toEqual(first);
  expect(noiseMaps(32, 8)[0]).not.toEqual(first);
  expect(second!.values.slice(0, 4)).not.toEqual(first!.values);
  // Stream 3 of seed 7, from the Python implementation of the generator's test.
  expect([...noiseMaps(32, 7)[2]!.values.slice(0, 3)]).toEqual([
    -1.4725546836853027, 1.8602045774459839, -0.37743696570396423,
  ]);
});
