import ndarray from "ndarray";
import { describe, expect, it } from "vitest";
import { createPicture, wrapPicture } from "./create-picture.js";
import { flatten } from "./flatten.js";
import { pixelsOf } from "./pixels.js";
import { fromTensorData, toTensorData } from "./tensor-data.js";

const bytes = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, i) => i * 10);

describe("wrapPicture", () => {
  it("looks at bytes without copying them", () => {
    const picture = wrapPicture(new Uint8Array(bytes.buffer), 3, 2);
    expect(picture.shape).toEqual([2, 3, 4]);
    expect(picture.get(1, 2, 3)).toBe(230);
    expect(picture.data.buffer).toBe(bytes.buffer);
  });

  it("refuses bytes that do not fit the size", () => {
    expect(() => wrapPicture(bytes, 2, 2)).toThrow(/2×2 pixels has 16 bytes.*24 were given/);
    expect(() => wrapPicture(bytes, 6, 0)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("pixelsOf", () => {
  it("gives the picture's own bytes where they are packed", () => {
    const pixels = pixelsOf(wrapPicture(bytes, 3, 2));
    expect(pixels).toMatchObject({ width: 3, height: 2, data: bytes });
    expect(pixels.data.buffer).toBe(bytes.buffer);
  });

  it("packs views of ndarrays: parts of a picture, and turned ones", () => {
    const picture = ndarray(bytes, [2, 3, 4]);
    expect([...pixelsOf(picture.lo(1, 1).hi(1, 2)).data]).toEqual([160, 170, 180, 190, 200, 210, 220, 230]);
    expect([...pixelsOf(picture.transpose(1, 0)).data.slice(0, 8)]).toEqual([0, 10, 20, 30, 120, 130, 140, 150]);
  });

  it("makes grey and RGB pictures opaque RGBA", () => {
    const grey = ndarray(Uint8ClampedArray.of(5, 6), [1, 2, 1]);
    expect([...pixelsOf(grey).data]).toEqual([5, 5, 5, 255, 6, 6, 6, 255]);
    const rgb = ndarray(Uint8ClampedArray.of(1, 2, 3), [1, 1, 3]);
    expect([...pixelsOf(rgb).data]).toEqual([1, 2, 3, 255]);
  });

  it.each([[[2, 12]], [[0, 3, 4]], [[3, 4, 2]]])("refuses the shape %j", (shape) => {
    expect(() => pixelsOf(ndarray(bytes, shape))).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("refuses numbers that are not bytes", () => {
    const floats = ndarray(new Float32Array(4), [1, 1, 4]);
    expect(() => pixelsOf(floats as never)).toThrow(/bytes/);
  });
});

describe("flatten", () => {
  it("puts white behind and returns opaque pictures as they are", () => {
    const picture = wrapPicture(Uint8ClampedArray.of(0, 100, 255, 0, 0, 100, 255, 128, 1, 2, 3, 255), 3, 1);
    // 255·(1 - 128/255) + value·128/255 by hand.
    expect([...flatten(picture).data]).toEqual([255, 255, 255, 255, 127, 177, 255, 255, 1, 2, 3, 255]);
    const opaque = createPicture(2, 2);
    opaque.data.fill(255);
    expect(flatten(opaque)).toBe(opaque);
  });
});

it.each([undefined, {}, "a.jpg", Buffer.of(1)])("refuses what is no picture: %j", (value) => {
  expect(() => pixelsOf(value as never)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
});

describe("tensor data", () => {
  it("is RGB planes in [-1, 1]", () => {
    const planes = toTensorData(wrapPicture(Uint8ClampedArray.of(0, 255, 51, 7, 102, 204, 153, 7), 2, 1));
    const expected = [-1, -0.2, 1, 0.6, -0.6, 0.2];
    for (const [i, value] of expected.entries()) expect(planes[i]).toBeCloseTo(value, 6);
  });

  it("brings every byte back, rounds, and clamps", () => {
    const all = Uint8ClampedArray.from({ length: 1024 }, (_, i) => ((i & 3) === 3 ? 255 : i >> 2));
    expect(fromTensorData(toTensorData(wrapPicture(all, 16, 16)), 16, 16).data).toEqual(all);
    const { data } = fromTensorData(Float32Array.of(-1.5, 2, 0.003), 1, 1);
    expect([...data]).toEqual([0, 255, 128, 255]);
  });
});
