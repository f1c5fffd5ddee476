import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { resize } from "./resize.js";

/** Noise of 9 × 7 pixels, and what Pillow 13 makes of it with BICUBIC and LANCZOS and OpenCV with INTER_AREA; RGB bytes. */
const reference: {
  source: number[];
} & Record<"cubic" | "lanczos3" | "area", Record<string, number[]>> = JSON.parse(
  readFileSync(new URL("./__fixtures__/pillow-opencv-resize.json", import.meta.url), "utf8"),
);

const opaque = (rgb: readonly number[]) =>
  Uint8ClampedArray.from({ length: (rgb.length / 3) * 4 }, (_, i) =>
    (i & 3) === 3 ? 255 : rgb[(i >> 2) * 3 + (i & 3)]!,
  );

const cases = (["cubic", "lanczos3", "area"] as const).flatMap((filter) =>
  Object.entries(reference[filter]).map(([size, expected]) => ({ filter, size, expected })),
);

describe("resize", () => {
  it.each(cases)("does what Pillow and OpenCV do: $filter to $size", ({ filter, size, expected }) => {
    const [width = 0, height = 0] = size.split("x").map(Number);
    const resized = resize({ width: 9, height: 7, data: opaque(reference.source) }, width, height, { filter });
    expect(resized).toMatchObject({ width, height });
    // Both round to bytes between their two passes.
    const differences = opaque(expected).map((byte, i) => Math.abs(byte - resized.data[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(2);
  });

  it.each([
    ["lanczos3", 73, 61],
    ["cubic", 73, 61],
  ] as const)("agrees with sharp on a smooth picture: %s to %d × %d", async (filter, width, height) => {
    const source = Uint8ClampedArray.from({ length: 120 * 100 * 4 }, (_, i) => {
      const [x, y, c] = [(i >> 2) % 120, Math.floor(i / 480), i & 3];
      return c === 3 ? 255 : 128 + 110 * Math.sin(x / (4 + c)) * Math.cos(y / (6 - c));
    });
    const resized = resize({ width: 120, height: 100, data: source }, width, height, { filter });
    const expected = await sharp(source, { raw: { width: 120, height: 100, channels: 4 } })
      .resize(width, height, { fit: "fill", kernel: filter })
      .raw()
      .toBuffer();
    const error = expected.reduce((sum, byte, i) => sum + Math.abs(byte - resized.data[i]!), 0) / expected.length;
    expect(error).toBeLessThan(1);
  });

  it("leaves an even picture even", () => {
    const grey = { width: 50, height: 40, data: new Uint8ClampedArray(50 * 40 * 4).fill(200) };
    for (const [width, height] of [
      [7, 90],
      [120, 3],
      [50, 40],
    ] as const) {
      const { data } = resize(grey, width, height);
      expect(data.every((byte, i) => byte === ((i & 3) === 3 ? 255 : 200))).toBe(true);
    }
  });

  it("copes with a single pixel and with long thin pictures", () => {
    const pixel = { width: 1, height: 1, data: Uint8ClampedArray.of(10, 20, 30, 255) };
    expect([...resize(pixel, 3, 2).data.slice(-4)]).toEqual([10, 20, 30, 255]);
    const line = { width: 10_000, height: 1, data: new Uint8ClampedArray(10_000 * 4).fill(255) };
    expect(resize(line, 16, 16).data.every((byte) => byte === 255)).toBe(true);
  });

  it.each([
    [0, 5],
    [5, 1.5],
    [Number.NaN, 5],
  ])("refuses the size %d × %d", (width, height) => {
    const pixel = { width: 1, height: 1, data: new Uint8ClampedArray(4) };
    expect(() => resize(pixel, width, height)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
