import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import { fromNdarray, toNdarray } from "./ndarray.js";

const bytes = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, i) => i * 10);
const picture = { width: 3, height: 2, data: bytes };

describe("toNdarray", () => {
  it("is an array of the package over the same bytes", () => {
    const array = toNdarray(picture);
    const { shape, stride, offset } = ndarray(bytes, [2, 3, 4]);
    expect(array).toMatchObject({ shape, stride, offset });
    expect(array.data).toBe(bytes);
    expect(array.get(1, 2, 3)).toBe(230);
  });

  it("comes back as the same picture", () => {
    expect(fromNdarray(toNdarray(picture))).toEqual(picture);
  });

  it("can be turned, mirrored and thinned out on its way back", () => {
    const array = toNdarray(picture);
    const reds = (view: typeof array) => {
      const { width, height, data } = fromNdarray(view);
      return [width, height, ...data.filter((_, i) => i % 4 === 0)];
    };
    expect(reds(array.transpose(1, 0))).toEqual([2, 3, 0, 120, 40, 160, 80, 200]);
    expect(reds(array.step(-1, -1))).toEqual([3, 2, 200, 160, 120, 80, 40, 0]);
    expect(reds(array.step(1, 2))).toEqual([2, 2, 0, 80, 120, 200]);
    expect([...fromNdarray(array.hi(1, 1, 3)).data]).toEqual([0, 10, 20, 255]);
    expect([...fromNdarray(array.pick(null, null, 1).hi(1, 2)).data]).toEqual([10, 10, 10, 255, 50, 50, 50, 255]);
  });
});
