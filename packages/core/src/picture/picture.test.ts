import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { checkPicture, createPicture } from "./picture.js";

const data = Uint8ClampedArray.from({ length: 2 * 3 * 4 }, (_, i) => i * 10);

describe("createPicture", () => {
  it("gives transparent black", () => {
    const picture = createPicture(3, 2);
    expect(picture).toEqual({ width: 3, height: 2, data: new Uint8ClampedArray(24) });
  });

  it("refuses sizes that no picture has", () => {
    for (const width of [0, -1, 1.5, Number.NaN]) {
      expect(() => createPicture(width, 2)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    }
  });
});

describe("checkPicture", () => {
  it("returns a picture as it is, whatever else it is", () => {
    const image = Object.assign(Object.create({ ofAPrototype: true }), {
      width: 3,
      height: 2,
      data,
      colorSpace: "srgb",
    });
    expect(checkPicture(image)).toBe(image);
  });

  it("looks at the bytes of a Buffer or Uint8Array without copying them", () => {
    const bytes = new Uint8Array(data.buffer);
    for (const given of [bytes, Buffer.from(data.buffer, 4, 20)]) {
      const picture = checkPicture({ width: given.length / 4, height: 1, data: given });
      expect(picture.data).toBeInstanceOf(Uint8ClampedArray);
      expect(picture.data.buffer).toBe(data.buffer);
      expect([...picture.data]).toEqual([...given]);
    }
  });

  it("takes what sharp decodes with four channels, and says what three lack", async () => {
    const red = sharp({ create: { width: 3, height: 2, channels: 3, background: "#ff0000" } });
    const raw = await red.clone().ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height, data } = checkPicture({ ...raw.info, data: raw.data });
    expect([width, height, ...data.subarray(-4)]).toEqual([3, 2, 255, 0, 0, 255]);
    const rgb = await red.clone().raw().toBuffer();
    expect(() => checkPicture({ width: 3, height: 2, data: rgb })).toThrow(
      /3×2 pixels has 24 bytes \(red, green, blue, alpha\), but 18 were given/,
    );
  });

  it.each([
    ["nothing", undefined, /\{ width, height, data \}/],
    ["an empty object", {}, /\{ width, height, data \}/],
    ["a path", "a.jpg", /\{ width, height, data \}/],
    ["a file", Buffer.of(1), /\{ width, height, data \}/],
    ["bytes that do not fit", { width: 2, height: 2, data }, /2×2 pixels has 16 bytes.*24 were given/],
    ["a picture without rows", { width: 6, height: 0, data }, /6×0/],
    ["half a pixel", { width: 1.5, height: 4, data }, /1.5×4/],
    ["sizes in words", { width: "3", height: "2", data }, /whole width and height/],
    ["floats", { width: 3, height: 2, data: new Float32Array(24) }, /bytes/],
    ["a list", { width: 1, height: 1, data: [1, 2, 3, 4] }, /bytes/],
  ])("refuses %s", (_name, value, message) => {
    expect(() => checkPicture(value)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", message: expect.stringMatching(message) }),
    );
  });
});
