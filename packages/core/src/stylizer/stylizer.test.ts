import ndarray from "ndarray";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, it, vi } from "vitest";
import { alignFace } from "../align/align-face.js";
import { applyColorMap, fitColorMap } from "../color/color-map.js";
import type { FaceFinder } from "../faces/face-finder.js";
import { flatten } from "../picture/flatten.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { toTensorData } from "../picture/tensor-data.js";
import { noiseMaps } from "../random/noise-maps.js";
import { RandomGenerator } from "../random/random-generator.js";
import { StyleCode } from "../style/style-code.js";
import { cpuRuntime } from "./__fixtures__/cpu-runtime.js";
import { fakeFace, fakeFinder } from "./__fixtures__/fake-faces.js";
import { FakeRuntime } from "./__fixtures__/fake-runtime.js";
import { readTinyFile, type TinyFolder, tinyBundle } from "./__fixtures__/tiny-bundle.js";
import type { ProgressEvent, StyleEncoder } from "./options.js";
import { Stylizer, type StylizerParts } from "./stylizer.js";

const WIDTH = 90;
const HEIGHT = 70;

const photo = {
  width: WIDTH,
  height: HEIGHT,
  data: Uint8ClampedArray.from({ length: WIDTH * HEIGHT * 4 }, (_, i) => {
    const [x, y, c] = [(i >> 2) % WIDTH, Math.floor(i / 4 / WIDTH), i & 3];
    return c === 3 ? 255 : 128 + 100 * Math.sin(x / (5 + c)) * Math.cos(y / (7 - c));
  }),
};
const large = fakeFace({ x: 40, y: 35 }, 50, 10);
const small = fakeFace({ x: 70, y: 20 }, 30);

function createStylizer(changes: Partial<StylizerParts> = {}): Promise<Stylizer> {
  return Stylizer.create({
    runtime: cpuRuntime(),
    bundle: tinyBundle(),
    faceFinder: fakeFinder(large, small),
    ...changes,
  });
}

/** The faces alone: what is painted whole has tests of its own. */
const surroundings = "photo";

const withoutPhotoCode: Partial<StylizerParts> = {
  bundle: tinyBundle((manifest) => {
    delete manifest.parts.presets;
  }),
};

/** The graphs run by hand, on inputs named and laid out as `docs/bundle-format.md` says. */
async function runGraphs(
  code: Float32Array,
  seed: number,
  side = 32,
  folder: TinyFolder = "bundle",
): Promise<number[]> {
  const encoder = await InferenceSession.create(await readTinyFile("encoder.onnx", folder));
  const decoder = await InferenceSession.create(await readTinyFile("decoder.onnx", folder));
  const square = alignFace(photo, large.crop, side).picture;
  const features = await encoder.run({ image: new Tensor("float32", toTensorData(square), [1, 3, side, side]) });
  const { image } = await decoder.run({
    ...features,
    wplus: new Tensor("float32", code, [1, 10, 4]),
    ...Object.fromEntries(
      noiseMaps({ x: 0, y: 0, width: side, height: side }, seed).map(({ width, height, values }, i) => [
        `noise_${i}`,
        new Tensor("float32", values, [1, 1, height, width]),
      ]),
    ),
  });
  const planes = image!.data as Float32Array;
  const area = side * side;
  const pixels = Array.from({ length: area }, (_, i) => [0, 1, 2].map((c) => planes[c * area + i]! * 127.5 + 127.5));
  return pixels.flatMap((rgb) => [...rgb.map((value) => Math.round(value)), 255]);
}

describe("Stylizer.stylize", () => {
  it("gives what the graphs give for the aligned face, the code and the noise of the seed", async () => {
    const stylizer = await createStylizer();
    const [, preset] = await stylizer.presets();
    const result = await stylizer.stylize(photo, {
      style: "watercolor painting",
      seed: 5,
      output: "crop",
      faces: "largest",
    });
    const expected = await runGraphs(preset!.code.values, 5);
    expect([result.width, result.height]).toEqual([32, 32]);
    expect(result.data.every((byte, i) => Math.abs(byte - expected[i]!) <= 1)).toBe(true);
    expect(result).toMatchObject({ facesFound: 2, device: "cpu", dtype: "fp32", warnings: [], style: { seed: 5 } });
    expect(result.style.code.origin).toEqual({ type: "preset", name: "Watercolor painting" });
  });

  it("draws with graphs of any size at the resolution of the bundle, with the detail path", async () => {
    const folder = "any-size/bundle";
    const stylizer = await createStylizer({ bundle: tinyBundle(undefined, folder) });
    const [, preset] = await stylizer.presets();
    const style = "watercolor painting";
    const result = await stylizer.stylize(photo, { style, seed: 5, output: "crop", faces: "largest" });
    expect(result.width).toBe(144);
    expect(Array.from(result.data)).toEqual(await runGraphs(preset!.code.values, 5, 144, folder));
    // the features in memory are those of the detail path too
    const again = await stylizer.stylize(photo, { style, seed: 6, output: "crop", faces: "largest" });
    expect(Array.from(again.data)).toEqual(await runGraphs(preset!.code.values, 6, 144, folder));
  });

  it("says what is missing where the encoder has no detail path and the manifest says it has", async () => {
    const parts = { runtime: new FakeRuntime(), bundle: tinyBundle(undefined, "any-size/bundle") };
    await expect((await createStylizer(parts)).stylize(photo)).rejects.toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringContaining("features_8"),
    });
  });

  it("changes the faces and leaves every other byte and the photo itself as they were", async () => {
    const stylizer = await createStylizer();
    const before = photo.data.slice();
    const { data, width, height, faces } = await stylizer.stylize(photo, { faces: "largest", surroundings });
    expect(photo.data).toEqual(before);
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    expect(faces.map(({ index }) => index)).toEqual([0]);
    const distance = (i: number) => Math.hypot(((i >> 2) % WIDTH) - 40, Math.floor(i / 4 / WIDTH) - 35);
    const changed = [...data.keys()].filter((i) => data[i] !== before[i]);
    // No further out than the corners of the square, whose side is 50.
    expect(Math.max(...changed.map(distance))).toBeLessThan(25 * Math.SQRT2);
    expect(changed.filter((i) => distance(i) < 8).length).toBeGreaterThan(300);
  });

  it("gives the same bytes for the same arguments, and others for another seed", async () => {
    const options = { style: { seed: 3 }, seed: 1, faces: [1], surroundings } as const;
    const first = await (await createStylizer()).stylize(photo, options);
    const again = await (await createStylizer()).stylize(photo, options);
    expect(again.data).toEqual(first.data);
    const other = await (await createStylizer()).stylize(photo, { ...options, seed: 2 });
    expect(other.data).not.toEqual(first.data);
  });

  it("runs the decoder alone for another style of a photo it has seen", async () => {
    const runs: string[] = [];
    const find = vi.fn(fakeFinder(large).find);
    const stylizer = await createStylizer({
      runtime: cpuRuntime(([input]) => runs.push(input!)),
      faceFinder: { find },
    });
    await stylizer.stylize(photo, { style: "ink", surroundings });
    const copy = { width: WIDTH, height: HEIGHT, data: photo.data.slice() };
    await stylizer.stylize(copy, { style: "watercolor painting", strength: 0.5, seed: 4, surroundings });
    expect(runs).toEqual(["image", "features", "features"]);
    copy.data[0]! += 1;
    await stylizer.stylize(copy, { style: "ink", surroundings });
    expect(runs).toEqual(["image", "features", "features", "image", "features"]);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("remembers as much of photos as it is told", async () => {
    const runs: string[] = [];
    const find = vi.fn(fakeFinder(large).find);
    const stylizer = await createStylizer({
      runtime: cpuRuntime(([input]) => runs.push(input!)),
      faceFinder: { find },
      memory: { photos: 1, featureBytes: 0 },
    });
    await stylizer.stylize(photo, { surroundings });
    await stylizer.stylize(photo, { surroundings });
    expect(runs).toEqual(["image", "features", "image", "features"]);
    expect(find).toHaveBeenCalledTimes(1);
    await expect(createStylizer({ memory: { photos: -1 } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("memory.photos"),
    });
  });

  it("keeps the colours of the photo where that is asked for", async () => {
    const stylizer = await createStylizer();
    const grey = {
      width: WIDTH,
      height: HEIGHT,
      data: photo.data.map((_, i) => ((i & 3) === 3 ? 255 : photo.data[i & ~3]!)),
    };
    const { data } = await stylizer.stylize(grey, { preserveColor: true, output: "crop" });
    for (let i = 0; i < data.length; i += 4) {
      expect(Math.max(...data.subarray(i, i + 3)) - Math.min(...data.subarray(i, i + 3))).toBeLessThanOrEqual(2);
    }
  });

  it("tones what is around the faces where that is asked for, as strongly as the faces are shown", async () => {
    const stylizer = await createStylizer();
    const seen = { width: WIDTH, height: HEIGHT, data: photo.data.slice() };
    for (let i = 3; i < WIDTH * 4; i += 4) seen.data[i] = 50;
    const plain = await stylizer.stylize(seen, { surroundings });
    const toned = await stylizer.stylize(seen, { surroundings: "toned" });
    const alphaOf = (data: Uint8ClampedArray) => data.filter((_, i) => i % 4 === 3);
    expect(alphaOf(toned.data)).toEqual(alphaOf(seen.data));
    expect(toned.faces[0]!.picture.data).toEqual(plain.faces[0]!.picture.data);

    const map = fitColorMap(
      toned.faces.map(({ crop, picture }) => ({ from: alignFace(flatten(seen), crop, 32).picture, to: picture })),
    );
    const expected = applyColorMap(seen, map).data;
    const corner = (WIDTH * HEIGHT - WIDTH + 1) * 4; // far from both faces
    expect([...plain.data.subarray(corner, corner + 4)]).toEqual([...seen.data.subarray(corner, corner + 4)]);
    expect([...toned.data.subarray(corner, corner + 4)]).toEqual([...expected.subarray(corner, corner + 4)]);
    expect(toned.data).not.toEqual(plain.data);

    expect((await stylizer.stylize(seen, { surroundings: "toned", strength: 0 })).data).toEqual(seen.data);
    const crop = { output: "crop", surroundings: "toned" } as const;
    expect((await stylizer.stylize(seen, crop)).data).toEqual((await stylizer.stylize(seen, { output: "crop" })).data);
  });

  it("moves from the photo code to the style, and beyond", async () => {
    const stylizer = await createStylizer();
    const photoCode = new RandomGenerator(2).normals(4);
    const ink = new RandomGenerator(3).normals(4);
    for (const strength of [0, 0.25, 1.5]) {
      const { style } = await stylizer.stylize(photo, { style: "ink", strength, faces: "largest", surroundings });
      for (let i = 0; i < 40; i++) {
        const expected = photoCode[i % 4]! + strength * (ink[i % 4]! - photoCode[i % 4]!);
        expect(style.code.values[i]).toBeCloseTo(expected, 5);
      }
    }
  });

  it("leaves every byte as it was at strength 0, and comes in by and by", async () => {
    const stylizer = await createStylizer();
    const at = async (strength: number) => {
      const { data } = await stylizer.stylize(photo, { style: "ink", strength, surroundings });
      return data.reduce((sum, byte, i) => sum + Math.abs(byte - photo.data[i]!), 0) / data.length;
    };
    expect(await at(0)).toBe(0);
    const [slight, more] = [await at(0.02), await at(0.25)];
    expect(slight).toBeGreaterThan(0);
    expect(slight).toBeLessThan(more / 5);
  });

  it("blends pictures where the bundle has no photo code, and says so", async () => {
    const stylizer = await createStylizer(withoutPhotoCode);
    const options = { style: { seed: 1 }, output: "crop", faces: "largest" } as const;
    const full = await stylizer.stylize(photo, options);
    const half = await stylizer.stylize(photo, { ...options, strength: 0.5 });
    const square = alignFace(photo, large.crop, 32).picture.data;
    expect(half.warnings.join()).toMatch(/no photo code/);
    expect(half.data.every((byte, i) => Math.abs(byte - (square[i]! + full.data[i]!) / 2) <= 1)).toBe(true);
    await expect(stylizer.stylize(photo, { ...options, strength: 1.2 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("0 to 1"),
    });
  });

  it("tells of a progress that rises to 1", async () => {
    const events: ProgressEvent[] = [];
    const stylizer = await createStylizer();
    await stylizer.stylize(photo, { surroundings, onProgress: (event) => events.push(event) });
    const progress = events.flatMap((event) => (event.type === "stage" ? event.progress : []));
    expect(progress[0]).toBe(0);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    const stages = events.flatMap((event) => (event.type === "stage" ? `${event.stage} ${event.face ?? ""}` : []));
    expect(stages).toEqual([
      ...["map ", "detect ", "align 0", "encode 0", "stylize 0", "align 1", "encode 1", "stylize 1"],
      ...["composite ", "composite "],
    ]);
    expect(events).toContainEqual({ type: "load", part: "encoder", device: "cpu" });
  });

  it("measures its steps", async () => {
    const { timings } = await (await createStylizer()).stylize(photo, { surroundings });
    const { total, ...steps } = timings;
    expect(Object.keys(steps).sort()).toEqual(["align", "composite", "detect", "encode", "map", "stylize"]);
    expect(Object.values(steps).reduce((sum, time) => sum + time, 0)).toBeLessThanOrEqual(total);
  });

  it.each([
    ["no face is found", [], {}, /No face was found.*faces to none/],
    ["a number is too large", [large], { faces: [0, 3] }, /no face number 3: 1 face was found/],
    ["a number is too large among several", [large, small], { faces: [2] }, /2 faces were found, numbers 0 to 1/],
  ])("says NO_FACE when %s", async (_, faces, options, message) => {
    const stylizer = await createStylizer({ faceFinder: fakeFinder(...faces) });
    await expect(stylizer.stylize(photo, { surroundings, ...options })).rejects.toMatchObject({
      code: "NO_FACE",
      message: expect.stringMatching(message),
    });
  });

  it("says what a bundle without a decoder lacks", async () => {
    const bundle = tinyBundle((manifest) => {
      delete manifest.parts.decoder;
    });
    await expect((await createStylizer({ bundle })).stylize(photo)).rejects.toMatchObject({
      code: "BUNDLE_PART_MISSING",
      message: expect.stringContaining("decoder"),
    });
  });

  it("keeps the alpha of the photo and sees transparent parts as white", async () => {
    const data = photo.data.map((byte, i) => ((i & 3) === 3 ? i % 256 : byte));
    const stylizer = await createStylizer();
    const result = await stylizer.stylize({ width: WIDTH, height: HEIGHT, data }, { surroundings });
    expect(result.data.filter((_, i) => (i & 3) === 3)).toEqual(data.filter((_, i) => (i & 3) === 3));
  });
});

describe("pictures at the door", () => {
  const view = ndarray(photo.data.slice(), [HEIGHT, WIDTH, 4]);

  it("may be ndarrays, as photos and as references", async () => {
    const upsideDown = ndarray(view.data, [HEIGHT, WIDTH, 4]).step(-1);
    const packed = { width: WIDTH, height: HEIGHT, data: new Uint8ClampedArray(photo.data.length) };
    for (let y = 0; y < HEIGHT; y++) {
      packed.data.set(photo.data.subarray((HEIGHT - 1 - y) * WIDTH * 4, (HEIGHT - y) * WIDTH * 4), y * WIDTH * 4);
    }
    const seen: Picture[] = [];
    const styleEncoder: StyleEncoder = {
      fromText: () => expect.fail(),
      fromImage: async (picture) => {
        seen.push(picture);
        return StyleCode.fromRow(new Float32Array(4), { type: "image" });
      },
    };
    const stylizer = await createStylizer({ styleEncoder });
    const expected = await stylizer.stylize(packed, { style: { image: packed }, surroundings });
    const result = await stylizer.stylize(upsideDown, { style: { image: upsideDown }, surroundings });
    expect(result.data).toEqual(expected.data);
    expect(seen).toEqual([packed, packed]);
    expect(await stylizer.findFaces(view)).toEqual([large, small]);
  });

  it("are refused where they are none", async () => {
    const stylizer = await createStylizer();
    for (const value of ["a.jpg", { width: 2, height: 2, data: new Uint8ClampedArray(12) }, undefined]) {
      await expect(stylizer.stylize(value as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
      await expect(stylizer.findFaces(value as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});

describe("Stylizer.resolveStyle", () => {
  it("gives the mapping network's w for a seed, the same every time", async () => {
    const stylizer = await createStylizer();
    const code = await stylizer.resolveStyle({ seed: 9 });
    const mapping = await InferenceSession.create(await readTinyFile("mapping.onnx"));
    const { w } = await mapping.run({ z: new Tensor("float32", new RandomGenerator(9).normals(4), [1, 4]) });
    expect(code).toEqual(StyleCode.fromRow(w!.data as Float32Array, { type: "seed", seed: 9 }));
  });
});

describe("Stylizer.findFaces", () => {
  it("gives all faces, and none without an error", async () => {
    expect(await (await createStylizer()).findFaces(photo)).toEqual([large, small]);
    expect(await (await createStylizer({ faceFinder: fakeFinder() })).findFaces(photo)).toEqual([]);
  });

  it("lets the finder see transparent parts as white, as stylize does", async () => {
    const seen: Picture[] = [];
    const faceFinder: FaceFinder = {
      find: async (picture) => {
        seen.push(picture);
        return [large];
      },
    };
    const clear = createPicture(WIDTH, HEIGHT);
    await (await createStylizer({ faceFinder })).findFaces(clear);
    await (await createStylizer({ faceFinder })).stylize(clear, { surroundings });
    for (const { data } of seen) expect(data.every((byte) => byte === 255)).toBe(true);
    expect(seen).toHaveLength(2);
  });
});
