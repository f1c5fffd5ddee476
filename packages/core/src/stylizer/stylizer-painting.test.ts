import { beforeAll, describe, expect, it } from "vitest";
import { preserveColor } from "../color/preserve-color.js";
import type { Face } from "../faces/face.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import { RandomGenerator } from "../random/random-generator.js";
import { cpuRuntime } from "./__fixtures__/cpu-runtime.js";
import { fakeFace, fakeFinder } from "./__fixtures__/fake-faces.js";
import { FakeRuntime } from "./__fixtures__/fake-runtime.js";
import { freeBundle, tinyBundle } from "./__fixtures__/tiny-bundle.js";
import type { PaintedTile, ProgressEvent, StylizeOptions } from "./options.js";
import { Stylizer } from "./stylizer.js";

const [WIDTH, HEIGHT] = [300, 200];
const photo = createPicture(WIDTH, HEIGHT);
const random = new RandomGenerator(1);
for (let i = 0; i < photo.data.length; i++) {
  const [x, y, c] = [(i >> 2) % WIDTH, Math.floor(i / 4 / WIDTH), i & 3];
  photo.data[i] = c === 3 ? 255 : 128 + 60 * Math.sin(x / (9 + c)) * Math.cos(y / (13 - c)) + 20 * random.normal();
}
const large = fakeFace({ x: 100, y: 100 }, 128);
const small = fakeFace({ x: 240, y: 60 }, 40);
const tilted = fakeFace({ x: 240, y: 150 }, 110, 40);

function createStylizer(...faces: Face[]) {
  return Stylizer.create({ runtime: cpuRuntime(), bundle: freeBundle(), faceFinder: fakeFinder(...faces) });
}

const style = { seed: 1 };
let stylizer: Stylizer;

beforeAll(async () => {
  stylizer = await createStylizer(large, small, tilted);
});

const paint = (options: StylizeOptions = {}) => stylizer.stylize(photo, { style, ...options });

/** How many of the pixels in a part of the photo differ from the photo's. */
function changed(
  data: Uint8ClampedArray,
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): number {
  let count = 0;
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const at = (y * WIDTH + x) * 4;
      if (data[at] !== photo.data[at] || data[at + 1] !== photo.data[at + 1]) count += 1;
    }
  }
  return count;
}

describe("a photo painted whole", () => {
  it("is what is painted where nothing else is said, in the size of the photo, out to its edges", async () => {
    const { width, height, data, painting } = await paint();
    expect([width, height]).toEqual([WIDTH, HEIGHT]);
    // the large face suits best: 192 px for its 128
    expect(painting).toEqual({ width: 450, height: 300, scale: 1.5 });
    expect(changed(data, [0, 0], [20, 20])).toBeGreaterThan(350);
    expect(changed(data, [280, 180], [300, 200])).toBeGreaterThan(350);
  });

  it("paints a face apart that is much smaller or tilted, and cuts the others out of the painting", async () => {
    const { faces } = await paint();
    expect(faces.map(({ apart }) => apart)).toEqual([false, true, true]);
    expect(faces.map(({ picture }) => picture.width)).toEqual([192, 128, 192]);
    const alone = await (await createStylizer(large)).stylize(photo, { style });
    const whole = await paint();
    const at = (x: number, y: number) => (y * WIDTH + x) * 4;
    expect(whole.data[at(100, 100)]).toBe(alone.data[at(100, 100)]);
    expect(whole.data.slice(at(236, 60), at(244, 60))).not.toEqual(alone.data.slice(at(236, 60), at(244, 60)));
  });

  it("is as large as megapixels allow, and in the size of the painting where that is asked for", async () => {
    const { painting, width, height, faces } = await paint({ megapixels: 0.02, size: "painting" });
    expect(width * height).toBeLessThanOrEqual(20_200);
    expect(painting).toMatchObject({ width, height });
    expect(faces.every(({ apart }) => apart)).toBe(true);
  });

  it("has the resolution that is asked for, or the bundle's", async () => {
    expect((await paint()).resolution).toBe(192);
    const live = await paint({ resolution: "live" });
    expect(live).toMatchObject({ resolution: 128, painting: { width: WIDTH, height: HEIGHT } });
    expect((await paint({ resolution: 160 })).painting).toMatchObject({ width: 375 });
  });

  it("leaves every byte as it was at strength 0, and comes in by and by", async () => {
    const withPhotoCode = await Stylizer.create({
      runtime: cpuRuntime(),
      bundle: tinyBundle(),
      faceFinder: fakeFinder(fakeFace({ x: 100, y: 100 }, 60)),
    });
    const at = async (strength: number) => {
      const { data } = await withPhotoCode.stylize(photo, { style: "ink", strength, megapixels: 0.01 });
      return data.reduce((sum, byte, i) => sum + Math.abs(byte - photo.data[i]!), 0) / data.length;
    };
    expect(await at(0)).toBe(0);
    const [slight, more] = [await at(0.02), await at(0.25)];
    expect(slight).toBeGreaterThan(0);
    expect(slight).toBeLessThan(more / 5);
  });

  it("keeps the photo's colours where that is asked for, tile by tile as all at once", async () => {
    const plain = await paint({ faces: [0], size: "painting" });
    const kept = await paint({ faces: [0], size: "painting", preserveColor: true });
    const expected = preserveColor(plain, resize(photo, plain.width, plain.height));
    expect(kept.data).toEqual(expected.data);
  });

  it("takes the bytes of the photo where it may and nothing of the photo is seen, and leaves them elsewhere", async () => {
    const takes = async (options: StylizeOptions, given?: { mayOverwrite: boolean }) => {
      const own = { ...photo, data: photo.data.slice() };
      const { data } = await stylizer.stylize(own, { style, ...options }, given);
      expect(String(data) === String((await paint(options)).data)).toBe(true);
      if (data !== own.data) expect(String(own.data) === String(photo.data)).toBe(true);
      return data === own.data;
    };
    expect(await takes({}, { mayOverwrite: true })).toBe(true);
    expect(await takes({})).toBe(false);
    for (const options of [{ strength: 0.1 }, { size: "painting" }, { surroundings: "photo" }] as const)
      expect(await takes(options, { mayOverwrite: true })).toBe(false);
  });

  it("keeps the alpha of the photo, resampled where the size is the painting's", async () => {
    const clear: Picture = { ...photo, data: photo.data.slice() };
    for (let i = 3; i < clear.data.length / 2; i += 4) clear.data[i] = 0;
    const same = await stylizer.stylize(clear, { style });
    expect(same.data.filter((_, i) => i % 4 === 3)).toEqual(clear.data.filter((_, i) => i % 4 === 3));
    const { data, width, height } = await stylizer.stylize(clear, { style, size: "painting" });
    const alpha = (row: number) => data[(row * width + 7) * 4 + 3];
    expect([alpha(0), alpha(height / 2 - 8), alpha(height / 2 + 8), alpha(height - 1)]).toEqual([0, 0, 255, 255]);
  });

  it("gives the same bytes for the same arguments, and other strokes for another seed", async () => {
    const again = await createStylizer(large, small, tilted);
    const first = await paint({ seed: 2 });
    expect((await again.stylize(photo, { style, seed: 2 })).data).toEqual(first.data);
    expect((await paint({ seed: 3 })).data).not.toEqual(first.data);
  });

  it("runs the decoder alone for another style of a photo it has seen", async () => {
    const runs: string[] = [];
    const runtime = cpuRuntime(([input]) => runs.push(input!));
    const own = await Stylizer.create({ runtime, bundle: freeBundle(), faceFinder: fakeFinder(large) });
    await own.stylize(photo, { style });
    await own.stylize(photo, { style: { seed: 2 } });
    expect(runs.filter((input) => input !== "z")).toEqual(["image", "features", "features"]);
  });

  it("tells of tiles and of a progress that rises to 1", async () => {
    const events: ProgressEvent[] = [];
    const tiles: PaintedTile[] = [];
    await paint({ seed: 9, onProgress: (event) => events.push(event), onTile: (tile) => tiles.push(tile) });
    const progress = events.flatMap((event) => (event.type === "stage" ? event.progress : []));
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(Math.max(...progress.slice(0, -2))).toBeLessThan(1);
    expect(events).toContainEqual(expect.objectContaining({ stage: "stylize", tile: 0, tiles: 1 }));
    expect(events).toContainEqual(expect.objectContaining({ stage: "stylize", face: 1, faces: 2 }));
    expect(tiles).toHaveLength(1);
    expect(tiles[0]).toMatchObject({ x: 0, y: 0, width: 450, height: 300 });
  });
});

describe("a picture without faces", () => {
  it("is painted whole where faces are not looked for", async () => {
    const none = await createStylizer();
    await expect(none.stylize(photo, { style })).rejects.toMatchObject({
      code: "NO_FACE",
      message: expect.stringContaining("faces to none"),
    });
    const { painting, facesFound, faces } = await none.stylize(photo, { style, faces: "none" });
    // the shorter side counts as two faces
    expect(painting).toEqual({ width: 576, height: 384, scale: 1.92 });
    expect([facesFound, faces]).toEqual([0, []]);
  });
});

describe("a bundle of one size", () => {
  it("refuses other resolutions, saying what to do", async () => {
    const old = await Stylizer.create({
      runtime: new FakeRuntime(),
      bundle: tinyBundle(),
      faceFinder: fakeFinder(large),
    });
    await expect(old.stylize(photo, { resolution: 256 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/squares of 32 pixels only, not of 256/),
    });
  });
});
