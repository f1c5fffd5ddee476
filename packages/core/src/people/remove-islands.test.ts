import { expect, it } from "vitest";
import { removeIslands } from "./remove-islands.js";

const WIDTH = 20;
type Box = { left: number; top: number; width: number; height: number };
const rectangle = (values: Float32Array, { left, top, width, height }: Box) => {
  for (let y = top; y < top + height; y++) values.fill(1, y * WIDTH + left, y * WIDTH + left + width);
};
const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

it("removes what is small and far from a person, unless there is a face on it", () => {
  const values = new Float32Array(WIDTH * WIDTH);
  rectangle(values, { left: 2, top: 4, width: 10, height: 16 });
  rectangle(values, { left: 15, top: 1, width: 2, height: 2 });
  rectangle(values, { left: 18, top: 18, width: 2, height: 1 });
  const matte = { width: WIDTH, height: WIDTH, values: values.slice() };
  removeIslands(matte, [{ x: 16.5, y: 2.5 }]);
  expect(sum(matte.values)).toBe(160 + 4);
  removeIslands(matte, [{ x: -3, y: 2.5 }]);
  expect(sum(matte.values)).toBe(160);
});

it("keeps a second person, who is smaller, and soft edges of what stays", () => {
  const values = new Float32Array(WIDTH * WIDTH);
  rectangle(values, { left: 0, top: 0, width: 12, height: 20 });
  rectangle(values, { left: 15, top: 10, width: 4, height: 10 });
  values[12] = 0.5;
  const matte = { width: WIDTH, height: WIDTH, values: values.slice() };
  removeIslands(matte, []);
  expect(matte.values).toEqual(values);
});
