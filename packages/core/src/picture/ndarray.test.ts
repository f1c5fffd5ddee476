import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import { fromNdarray, isNdarray } from "./ndarray.js";
import { takePicture } from "./take-picture.js";

const bytes = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, i) => i * 10);
const picture = { width: 3, height: 2, data: bytes };

describe("fromNdarray", () => {
  it("gives the view's own bytes where they are packed", () => {
    for (const given of [bytes, new Uint8Array(bytes.buffer)]) {
      const { width, height, data } = fromNdarray(ndarray(given, [2, 3, 4]));
      expect([width, height, ...data]).toEqual([3, 2, ...bytes]);
      expect(data.buffer).toBe(bytes.buffer);
    }
    const lowerRow = fromNdarray(ndarray(bytes, [2, 3, 4]).lo(1, 0));
    expect(lowerRow).toMatchObject({ width: 3, height: 1 });
    expect([...lowerRow.data]).toEqual([...bytes.subarray(12)]);
    expect(lowerRow.data.buffer).toBe(bytes.buffer);
  });

  const whole = ndarray(bytes, [2, 3, 4]);
  it.each([
    ["a part", whole.lo(1, 1).hi(1, 2), 2, 1],
    ["a turned picture", whole.transpose(1, 0), 2, 3],
    ["a picture that is mirrored, with negative strides", whole.step(-1, -1), 3, 2],
    ["every second column", whole.step(1, 2), 2, 2],
    ["planes", ndarray(bytes, [4, 2, 3]).transpose(1, 2, 0), 3, 2],
  ])("packs %s", (_name, view, width, height) => {
    const expected = Array.from({ length: width * height * 4 }, (_, i) =>
      view.get(Math.floor(i / 4 / width), (i >> 2) % width, i & 3),
    );
    const packed = fromNdarray(view);
    expect(packed).toMatchObject({ width, height });
    expect([...packed.data]).toEqual(expected);
  });

  it("makes grey and RGB pictures opaque RGBA", () => {
    for (const shape of [
      [2, 1, 1],
      [2, 1],
    ]) {
      expect([...fromNdarray(ndarray(Uint8ClampedArray.of(5, 6), shape)).data]).toEqual([5, 5, 5, 255, 6, 6, 6, 255]);
    }
    expect([...fromNdarray(ndarray(Uint8ClampedArray.of(1, 2, 3), [1, 1, 3])).data]).toEqual([1, 2, 3, 255]);
    const blueFirst = ndarray(Uint8ClampedArray.of(1, 2, 3, 4, 5, 6), [1, 2, 3]).step(1, 1, -1);
    expect([...fromNdarray(blueFirst).data]).toEqual([3, 2, 1, 255, 6, 5, 4, 255]);
  });

  it.each([[[24]], [[0, 3, 4]], [[3, 4, 2]], [[1, 2, 3, 4]], [[1.5, 2, 4]]])("refuses the shape %j", (shape) => {
    expect(() => fromNdarray(ndarray(bytes, shape))).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringContaining(JSON.stringify(shape)) }),
    );
  });

  it("refuses numbers that are not bytes", () => {
    expect(() => fromNdarray(ndarray(new Float32Array(4), [1, 1, 4]) as never)).toThrow(/bytes/);
  });

  it.each([
    ["after its end", [2, 3, 4], [12, 4, 1], 1],
    ["before its beginning", [2, 3, 4], [-12, 4, 1], 11],
    ["between two bytes", [1, 3, 4], [4, 0.5, 1], 0],
    ["with a stride too few", [2, 3, 4], [12, 4], 0],
  ])("refuses a view that reaches %s", (_name, shape, stride, offset) => {
    expect(() => fromNdarray({ data: bytes, shape, stride, offset })).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringMatching(/24 bytes/) }),
    );
  });
});

describe("takePicture", () => {
  it("tells pictures and ndarrays apart, and refuses what is neither", () => {
    expect(takePicture(picture)).toBe(picture);
    expect(takePicture(ndarray(bytes, [2, 3, 4]))).toEqual(picture);
    expect(isNdarray(picture)).toBe(false);
    for (const value of [undefined, null, {}, "a.jpg", Buffer.of(1), { data: bytes, shape: 3, stride: 4 }]) {
      expect(() => takePicture(value as never)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});
