import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { GROUP, PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PictureInput, ProgressEvent, Stylizer } from "../src/index.js";
import { built } from "./built.js";

const { createStylizer, MMFSError, stylize } = built;
let toy: Awaited<ReturnType<typeof makeToyBundle>>;
let stylizer: Stylizer;
let folder: string;

beforeAll(async () => {
  toy = await makeToyBundle();
  folder = await mkdtemp(join(tmpdir(), "mmfs-stylize-"));
  stylizer = await createStylizer({ bundle: toy.folder, device: "cpu" });
}, 60_000);
afterAll(async () => {
  await stylizer.dispose();
  await toy.remove();
  await rm(folder, { recursive: true });
});

async function pixelsOf(file: Buffer | string): Promise<Buffer> {
  return sharp(file).ensureAlpha().raw().toBuffer();
}

describe("stylize", () => {
  it("changes the face of a photo and leaves the rest as sharp decodes it", async () => {
    const result = await stylizer.stylize(PORTRAIT, { surroundings: "photo" });
    const { data: original, info } = await sharp(PORTRAIT).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([result.width, result.height, result.facesFound]).toEqual([info.width, info.height, 1]);
    expect(result).toMatchObject({ device: "cpu", dtype: "fp32", warnings: [] });
    expect([result.width, result.height]).toEqual([info.width, info.height]);
    expect(result.data).toHaveLength(info.width * info.height * 4);

    const { box, crop } = result.faces[0] ?? expect.fail("no face");
    let inside = 0;
    let outside = 0;
    for (let y = 0; y < info.height; y += 1) {
      for (let x = 0; x < info.width; x += 1) {
        const at = (y * info.width + x) * 4;
        const changed = Math.abs((result.data[at] ?? 0) - (original[at] ?? 0)) > 8 ? 1 : 0;
        const distance = Math.max(Math.abs(x - crop.center.x), Math.abs(y - crop.center.y));
        if (distance > crop.side * 0.75) outside += changed;
        else if (x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height) inside += changed;
      }
    }
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(box.width * box.height * 0.5);
  });

  it("gives the same bytes for the same photo, whether it comes as path, bytes, Blob or URL", async () => {
    const bytes = await readFile(PORTRAIT);
    const inputs = [PORTRAIT, bytes, new Uint8Array(bytes).buffer, new Blob([bytes]), pathToFileURL(PORTRAIT)];
    const results = [];
    for (const input of inputs) results.push(await stylizer.stylize(input, { style: "speckles", seed: 3 }));
    for (const { data } of results) expect(Buffer.from(data).equals(Buffer.from(results[0]?.data ?? []))).toBe(true);
    expect(bytes.byteLength).toBeGreaterThan(0);
  });

  it("takes pixels, of sharp and of ndarrays, and leaves them as they are", async () => {
    const { data, info } = await sharp(PORTRAIT).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    const before = Buffer.from(data);
    const options = { style: "speckles", seed: 3 };
    const expected = await stylizer.stylize(PORTRAIT, options);
    const view = { data, shape: [height, width, 4], stride: [width * 4, 4, 1], offset: 0 };
    for (const input of [{ width, height, data: new Uint8ClampedArray(data) }, { ...info, data }, view]) {
      const result = await stylizer.stylize(input as PictureInput, options);
      expect(Buffer.from(result.data).equals(Buffer.from(expected.data))).toBe(true);
    }
    expect(data.equals(before)).toBe(true);
    expect(await stylizer.findFaces(view)).toEqual(await stylizer.findFaces(PORTRAIT));

    const small = await createStylizer({ bundle: toy.folder, device: "cpu", maxPixels: 100 });
    await expect(small.stylize(view)).rejects.toMatchObject({ code: "IMAGE_TOO_LARGE" });
    await small.dispose();
    const short = { width, height, data: new Uint8ClampedArray(12) };
    await expect(stylizer.stylize(short)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("takes presets, seeds and codes", async () => {
    const preset = await stylizer.stylize(PORTRAIT, { style: "stripes" });
    const seed = await stylizer.stylize(PORTRAIT, { style: { seed: 5 } });
    const code = await stylizer.stylize(PORTRAIT, { style: { code: seed.style.code } });
    expect(preset.style.code).toBeInstanceOf(built.StyleCode);
    expect(Buffer.from(code.data).equals(Buffer.from(seed.data))).toBe(true);
    expect(Buffer.from(preset.data).equals(Buffer.from(seed.data))).toBe(false);
    const presets = await stylizer.presets();
    expect(presets.map(({ name }) => name)).toEqual(["stripes", "speckles"]);
    expect(presets[0]?.code).toBeInstanceOf(built.StyleCode);
    expect(await stylizer.resolveStyle("stripes")).toEqual(presets[0]?.code);
    const saved = built.parseStyleCode(built.serializeStyleCode(await stylizer.resolveStyle({ seed: 5 })));
    expect(saved.values).toEqual(seed.style.code.values);
  });

  it("writes the result and each face as files", async () => {
    const result = await stylizer.stylize(GROUP, { style: "stripes" });
    expect(result.faces.length).toBeGreaterThanOrEqual(3);
    const png = join(folder, "group.png");
    await result.toFile(png);
    expect((await pixelsOf(png)).equals(Buffer.from(result.data))).toBe(true);
    const face = result.faces[1] ?? expect.fail("no second face");
    const square = await sharp(await face.toBuffer("webp", { quality: 80 })).metadata();
    expect([square.format, square.width, square.height]).toEqual(["webp", 128, 128]);
    await expect(result.toFile(join(folder, "none", "a.png"))).rejects.toMatchObject({ code: "FILE_NOT_WRITABLE" });
    await expect(result.toFile(join(folder, "a.gif"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const controller = new AbortController();
    const writing = result.toFile(join(folder, "aborted.avif"), { signal: controller.signal });
    controller.abort(new Error("enough of writing"));
    await expect(writing).rejects.toThrow("enough of writing");
    expect(await readdir(folder)).toEqual(["group.png"]);
    expect(result.timings.write).toBeGreaterThan(0);
  });

  it("returns aligned squares, and only of the faces that were asked for", async () => {
    const all = await stylizer.stylize(GROUP, { output: "crop" });
    const second = await stylizer.stylize(GROUP, { output: "crop", faces: [1] });
    expect([second.width, second.height, second.faces.length]).toEqual([128, 128, 1]);
    expect(second.faces[0]).toMatchObject({ index: 1, crop: all.faces[1]?.crop });
    expect((await pixelsOf(await second.toBuffer())).equals(Buffer.from(second.data))).toBe(true);
    await expect(stylizer.stylize(GROUP, { faces: [99] })).rejects.toMatchObject({ code: "NO_FACE" });
  });

  it("computes in half precision where it is asked to, and nearly the same", async () => {
    const half = await createStylizer({ bundle: toy.folder, device: "cpu", dtype: "fp16" });
    const result = await half.stylize(PORTRAIT, { style: "stripes" });
    await half.dispose();
    const full = await stylizer.stylize(PORTRAIT, { style: "stripes" });
    expect([result.dtype, full.dtype]).toEqual(["fp16", "fp32"]);
    const differences = result.data.map((value, index) => Math.abs(value - (full.data[index] ?? 0)));
    const largest = differences.reduce((most, each) => Math.max(most, each), 0);
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThanOrEqual(8);
  });

  it("tells every stage with progress that never falls", async () => {
    const events: ProgressEvent[] = [];
    const options = { onProgress: (event: ProgressEvent) => events.push(event) };
    const fresh = await sharp(PORTRAIT).modulate({ brightness: 1.1 }).jpeg().toBuffer();
    const result = await stylizer.stylize(fresh, options);
    await result.toBuffer();
    const stages = events.filter((event) => event.type === "stage");
    expect(new Set(stages.map(({ stage }) => stage))).toEqual(
      new Set(["decode", "map", "detect", "align", "encode", "stylize", "composite", "write"]),
    );
    const progress = stages.map((event) => event.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
    const { decode = 0, encode = 0, stylize = 0, total } = result.timings;
    expect(Math.min(decode, encode, stylize)).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(decode + encode + stylize);
  });

  it("tells the stylizer's own listener what is loaded, and nothing of the stages of a call", async () => {
    const events: ProgressEvent[] = [];
    const own = await createStylizer({ bundle: toy.folder, device: "cpu", onProgress: (event) => events.push(event) });
    await own.preload();
    const loaded = events.flatMap((event) => (event.type === "load" ? [event.part] : []));
    expect(loaded).toEqual(["faceDetector", "faceLandmarks", "encoder", "decoder"]);
    await own.stylize(PORTRAIT, { style: { seed: 1 } });
    expect(events.filter((event) => event.type === "load").map(({ part }) => part)).toEqual([...loaded, "mapping"]);
    expect(events.filter((event) => event.type === "stage")).toEqual([]);
    await own.dispose();
  });

  it("runs many calls at the same time", async () => {
    const photos = [PORTRAIT, GROUP, PORTRAIT, GROUP, PORTRAIT];
    const results = await Promise.all(photos.map((photo, seed) => stylizer.stylize(photo, { seed, faces: "largest" })));
    for (const [seed, result] of results.entries()) {
      const alone = await stylizer.stylize(photos[seed] ?? "", { seed, faces: "largest" });
      expect(Buffer.from(result.data).equals(Buffer.from(alone.data))).toBe(true);
    }
  });

  it("finds the same faces as it stylizes", async () => {
    const faces = await stylizer.findFaces(GROUP);
    const { faces: stylized, facesFound } = await stylizer.stylize(GROUP);
    expect(faces).toHaveLength(facesFound);
    expect(stylized.map(({ box }) => box)).toEqual(faces.map(({ box }) => box));
    expect(faces[0]?.landmarks).toHaveLength(468);
  });
});

describe("what goes wrong", () => {
  it("is told by code, and does not spoil the next call", async () => {
    const empty = await sharp({ create: { width: 300, height: 300, channels: 3, background: "teal" } })
      .png()
      .toBuffer();
    const calls: [() => Promise<unknown>, string][] = [
      [() => stylizer.stylize(empty), "NO_FACE"],
      [() => stylizer.stylize(Buffer.from("no picture")), "UNSUPPORTED_IMAGE"],
      [() => stylizer.stylize(join(folder, "none.jpg")), "FILE_NOT_READABLE"],
      [() => stylizer.stylize(PORTRAIT, { style: "stripe" }), "STYLE_UNKNOWN"],
      // Before the file is looked for, which does not exist.
      [() => stylizer.stylize("/nope.jpg", { strength: 9 }), "INVALID_ARGUMENT"],
      [() => stylize("/nope.jpg", { strenght: 1 } as never), "INVALID_ARGUMENT"],
      [() => createStylizer({ devcie: "cpu", bundle: "/nope" } as never), "INVALID_ARGUMENT"],
      [() => stylizer.stylize(PORTRAIT, { style: (() => "stripes") as unknown as string }), "INVALID_ARGUMENT"],
      [() => createStylizer({ device: "gpu" as "cpu" }), "INVALID_ARGUMENT"],
      [() => createStylizer({ threads: 0 }), "INVALID_ARGUMENT"],
      [() => createStylizer({ bundle: join(folder, "none") }), "FILE_NOT_READABLE"],
      [() => createStylizer({ bundle: "https://example.com/bundle" }), "INVALID_ARGUMENT"],
    ];
    for (const [call, code] of calls) {
      const error = await call().then(
        () => expect.fail(`${code} was expected`),
        (reason: unknown) => reason,
      );
      expect(MMFSError.isInstance(error)).toBe(true);
      expect(error).toMatchObject({ code });
    }
    await expect(stylizer.stylize(PORTRAIT, { style: "stripe" })).rejects.toThrow(/stripes/);
    expect((await stylizer.findFaces(empty)).length).toBe(0);
    expect((await stylizer.stylize(PORTRAIT)).facesFound).toBe(1);
  });

  it.each(["decode", "detect", "align", "encode", "map", "stylize", "composite"])(
    "ends in stage %s when it is aborted there",
    async (stage) => {
      const fresh = await sharp(GROUP)
        .modulate({ saturation: 0.5 + stage.length / 10 })
        .jpeg()
        .toBuffer();
      const controller = new AbortController();
      const seen: string[] = [];
      const call = stylizer.stylize(fresh, {
        signal: controller.signal,
        onProgress(event) {
          if (event.type !== "stage") return;
          seen.push(event.stage);
          if (event.stage === stage) controller.abort(new Error(`enough of ${stage}`));
        },
      });
      await expect(call).rejects.toThrow(`enough of ${stage}`);
      expect(seen).toContain(stage);
      expect(seen.at(-1)).toBe(stage);
      expect((await stylizer.stylize(PORTRAIT)).facesFound).toBe(1);
    },
  );

  it("rejects before anything is read when it is aborted already, and while it waits for its turn", async () => {
    const reason = new Error("too late");
    await expect(stylizer.stylize(join(folder, "none.jpg"), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const busy = [1, 2, 3].map((seed) => stylizer.stylize(GROUP, { seed }));
    const waiting = stylizer.stylize(PORTRAIT, { signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await Promise.all(busy);
  });

  it("rejects with what onProgress throws", async () => {
    const call = stylizer.stylize(PORTRAIT, {
      onProgress(event) {
        if (event.type === "stage" && event.stage === "detect") throw new Error("my bar broke");
      },
    });
    await expect(call).rejects.toThrow("my bar broke");
    expect((await stylizer.stylize(PORTRAIT)).facesFound).toBe(1);
  });

  it("refuses a bundle whose graph was changed", async () => {
    const other = await makeToyBundle();
    try {
      const path = join(other.folder, "decoder.onnx");
      const bytes = await readFile(path);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
      await writeFile(path, bytes);
      const damaged = await createStylizer({ bundle: other.folder, device: "cpu" });
      await expect(damaged.stylize(PORTRAIT)).rejects.toMatchObject({ code: "MODEL_INTEGRITY" });
      await damaged.dispose();
    } finally {
      await other.remove();
    }
  });
});

describe("dispose", () => {
  it("rejects running and later calls, frees once, and leaves other stylizers alone", async () => {
    const other = await createStylizer({ bundle: toy.folder, device: "cpu" });
    const running = [1, 2, 3].map((seed) => other.stylize(GROUP, { seed }));
    const settled = Promise.allSettled(running);
    const untouched = stylizer.stylize(PORTRAIT);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await Promise.all([other.dispose(), other.dispose()]);
    for (const call of await settled) expect(call).toMatchObject({ status: "rejected", reason: { code: "DISPOSED" } });
    await expect(other.stylize(PORTRAIT)).rejects.toMatchObject({ code: "DISPOSED" });
    await expect(other.presets()).rejects.toMatchObject({ code: "DISPOSED" });
    expect((await untouched).facesFound).toBe(1);
    await other[Symbol.asyncDispose]();
  });
});
