import { Tensor } from "onnxruntime-common";
import { describe, expect, it } from "vitest";
import type { Session } from "../runtime/runtime.js";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import type { Matte } from "./matte.js";
import { personMatte } from "./person-matte.js";

const AREA = 256 * 256;

/** A network that takes for people what is red, if it stands on the lower edge of its picture or `anywhere`. */
function redNetwork(anywhere = true): Session & { seen: Float32Array[] } {
  const seen: Float32Array[] = [];
  return {
    seen,
    device: "cpu",
    inputNames: ["image"],
    outputNames: ["matte"],
    async run({ image }) {
      const planes = image!.data as Float32Array;
      seen.push(planes);
      const stands = planes.subarray(AREA - 256, AREA).some((red) => red > 0.5);
      const matte = Float32Array.from({ length: AREA }, (_, i) => (anywhere || stands ? planes[i]! : 0));
      return { matte: new Tensor("float32", matte, [1, 1, 256, 256]) };
    },
    dispose: async () => {},
  };
}

type Bounds = readonly [left: number, top: number, right: number, bottom: number];

/** A blue picture with a red rectangle. */
function redRectangle(width: number, height: number, [left, top, right, bottom]: Bounds) {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isRed = x >= left && x < right && y >= top && y < bottom;
    data.set(isRed ? [255, 0, 0] : [0, 0, 200], i * 4);
  }
  return { width, height, data };
}

/** A face of half the side, as its crop has it. */
const face = (x: number, y: number, side: number, angle = 0) => fakeFace({ x, y }, 2 * side, angle);

const at = ({ width, values }: Matte, x: number, y: number) => values[Math.floor(y) * width + Math.floor(x)]!;

describe("where things lie", () => {
  it.each([
    [600, 400, [] as ReturnType<typeof face>[]],
    [400, 600, []],
    [600, 400, [face(300, 200, 60)]],
    [600, 400, [face(300, 200, 60, 180), face(100, 100, 40, 90)]],
  ])("in %i × %i, with faces %#", async (width, height, faces) => {
    const photo = redRectangle(width, height, [250, 150, 350, 260]);
    const matte = await personMatte(photo, faces, redNetwork());
    expect([matte.width, matte.height]).toEqual([width, height]);
    for (const [x, y] of [
      [253, 153],
      [346, 153],
      [253, 256],
      [346, 256],
    ] as const)
      expect(at(matte, x, y)).toBe(1);
    for (const [x, y] of [
      [247, 200],
      [353, 200],
      [300, 147],
      [300, 263],
    ] as const)
      expect(at(matte, x, y)).toBe(0);
  });

  it("a matte of a large photo is smaller, and the network still sees small faces at their own size", async () => {
    const photo = redRectangle(3000, 2000, [1450, 1200, 1550, 1300]);
    const network = redNetwork();
    const matte = await personMatte(photo, [face(1500, 1240, 60)], network, { side: 300 });
    expect([matte.width, matte.height]).toEqual([300, 200]);
    expect(network.seen).toHaveLength(2);
    const reds = network.seen.map((planes) => planes.subarray(0, AREA).filter((red) => red > 0.5).length);
    // 100 pixels of a view of 240 pixels are 107 of 256
    expect(Math.abs(reds[1]! - 107 ** 2)).toBeLessThan(2 * 107);
    expect(at(matte, 150, 125)).toBe(1);
    expect(at(matte, 150, 115)).toBe(0);
  });

  it("people who are turned stand on the lower edge of what the network sees", async () => {
    for (const [angle, rectangle] of [
      [0, [200, 200, 300, 400]],
      [180, [200, 0, 300, 200]],
      [90, [0, 150, 300, 250]],
      [-90, [300, 150, 600, 250]],
    ] as const) {
      const [left, top, right, bottom] = rectangle;
      const [x, y] = [(left + right) / 2, (top + bottom) / 2];
      const matte = await personMatte(
        redRectangle(600, 400, [left, top, right, bottom]),
        [face(x, y, 200, angle)],
        redNetwork(false),
      );
      expect(at(matte, x, y)).toBe(1);
    }
  });
});

it("shows the network colours from 0 to 1, and black around the photo", async () => {
  const network = redNetwork();
  await personMatte(redRectangle(300, 150, [0, 0, 300, 150]), [], network);
  const [planes] = network.seen;
  expect(new Set(planes!.subarray(0, AREA / 2))).toEqual(new Set([0]));
  expect(new Set(planes!.subarray(AREA / 2, AREA))).toEqual(new Set([1]));
  expect(new Set(planes!.subarray(AREA))).toEqual(new Set([0]));
});

it("refuses sides that make no sense and networks that are another's, and stops when asked", async () => {
  const photo = redRectangle(64, 64, [0, 0, 32, 64]);
  for (const side of [0, 63, 512.5, 1e6, Number.NaN]) {
    await expect(personMatte(photo, [], redNetwork(), { side })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
  const other = { ...redNetwork(), run: async () => ({ boxes: new Tensor("float32", [1], [1]) }) };
  await expect(personMatte(photo, [], other)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
  const network = redNetwork();
  const stopped = personMatte(photo, [], network, { signal: AbortSignal.abort(new Error("enough")) });
  await expect(stopped).rejects.toThrow("enough");
  expect(network.seen).toHaveLength(0);
});
