import { expect, it } from "vitest";
import { quarterTurn } from "./quarter-turn.js";

// a b   turned clockwise once is   c a
// c d                              d b
const upright = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const clockwise = [3, 1, 4, 2, 7, 5, 8, 6];

it("sets upright what is turned clockwise, plane by plane", () => {
  expect(quarterTurn(upright, 2, 0)).toEqual(upright);
  expect(quarterTurn(Float32Array.from(clockwise), 2, 1)).toEqual(upright);
  expect([...quarterTurn(upright, 2, 3)]).toEqual(clockwise);
  expect([...quarterTurn(upright, 2, 2)]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
});
