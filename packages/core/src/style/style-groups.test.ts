import { expect, it } from "vitest";
import { rowsOf, STYLE_GROUPS } from "./style-groups.js";

it("divides all ten rows among the groups", () => {
  expect(Object.values(STYLE_GROUPS).flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it("reads a group, numbers, and both together", () => {
  expect(rowsOf("middle")).toEqual([4, 5, 6]);
  expect(rowsOf([2, 0])).toEqual([2, 0]);
  expect(rowsOf(["fine", 0])).toEqual([7, 8, 9, 0]);
});
