import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { convertClip } from "@mmfs/checkpoint";
import { checkpointFixture } from "@mmfs/testing/fixtures";
import { PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { addTowers, expectedStyles, STYLE_DIM } from "@mmfs/testing/toy-towers";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProgressEvent, Stylizer } from "../src/index.js";
import { built } from "./built.js";
import { runNode } from "./child.js";

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
let folder: string;
/** The toy bundle with towers. */
let clever: string;
let expected: Awaited<ReturnType<typeof expectedStyles>>;
/** A picture file, as a path. */
let reference: string;
let stylizer: Stylizer;

beforeAll(async () => {
  toy = await makeToyBundle({ styleDim: STYLE_DIM });
  folder = await mkdtemp(join(tmpdir(), "mmfs-prompts-"));
  clever = join(folder, "clever");
  await addTowers(toy.folder, clever);
  expected = await expectedStyles();
  reference = join(folder, "reference.png");
  await writeFile(reference, expected.picture.png);
  await writeFile(join(folder, "notes.txt"), "no picture");
  stylizer = await built.createStylizer({ bundle: clever, device: "cpu" });
}, 60_000);
afterAll(async () => {
  await stylizer.dispose();
  await toy.remove();
  await rm(folder, { recursive: true });
});

function furthest(values: Float32Array, from: readonly number[]): number {
  expect(values.length).toBe(from.length);
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - (from[i] ?? Number.NaN))), 0);
}

const pixelsOf = (file: string) => sharp(join(folder, file)).raw().toBuffer();

describe("stylize", () => {
  it("understands a prompt as PyTorch does, and loads the tower only then", async () => {
    const events: ProgressEvent[] = [];
    const onProgress = (event: ProgressEvent) => void events.push(event);
    await stylizer.stylize(PORTRAIT, { style: "stripes", onProgress });
    const files = () => events.flatMap((event) => (event.type === "download" ? [event.file] : []));
    expect(files()).not.toContain("text-tower.onnx");
    const result = await stylizer.stylize(PORTRAIT, { style: expected.prompt.text, onProgress });
    expect(furthest(result.style.code.values, expected.prompt.wplus)).toBeLessThan(1e-3);
    expect(result.style.code.origin).toEqual({ type: "text", prompt: expected.prompt.text });
    expect(files()).toContain("text-tower.onnx");
    expect(files()).not.toContain("image-tower.onnx");
    expect(events).toContainEqual({ type: "load", part: "textTower", device: "cpu" });
  });

  it("loads the towers ahead where it is told to", async () => {
    const events: ProgressEvent[] = [];
    const loaded = () => events.flatMap((event) => (event.type === "load" ? [event.part] : []));
    const onProgress = (event: ProgressEvent) => void events.push(event);
    const own = await built.createStylizer({ bundle: clever, device: "cpu", onProgress });
    await own.preload({ prompts: true });
    expect(loaded()).toEqual(["textTower", "mapper", "faceDetector", "faceLandmarks", "encoder", "decoder"]);
    await own.preload({ references: true });
    expect(loaded().slice(6)).toEqual(["imageTower"]);
    await own.stylize(PORTRAIT, { style: expected.prompt.text });
    await own.resolveStyle({ image: reference });
    expect(loaded()).toHaveLength(7);
    await own.dispose();

    const plain = await built.createStylizer({ bundle: toy.folder, device: "cpu" });
    await expect(plain.preload({ prompts: true })).rejects.toMatchObject({
      code: "BUNDLE_PART_MISSING",
      message: expect.stringContaining("tokenizer"),
    });
    await plain.dispose();
  });

  it("takes a reference picture as it takes photos", async () => {
    const inputs = [reference, pathToFileURL(reference), expected.picture.png, new Blob([await readFile(reference)])];
    for (const image of inputs) {
      const { values, origin } = await stylizer.resolveStyle({ image });
      expect(furthest(values, expected.picture.wplus)).toBeLessThan(0.1);
      expect(origin).toEqual({ type: "image" });
    }
  });

  it("mixes prompts, pictures and presets by weight and by layers", async () => {
    const [text, image, stripes] = [
      await stylizer.resolveStyle(expected.prompt.text),
      await stylizer.resolveStyle({ image: reference }),
      await stylizer.resolveStyle("stripes"),
    ];
    const { style, data } = await stylizer.stylize(PORTRAIT, {
      style: [
        { style: expected.prompt.text, weight: 3, layers: ["coarse", "middle"] },
        { style: { image: reference }, layers: "fine" },
        { style: "stripes", layers: [0, 1, 2, 3, 4, 5, 6] },
      ],
    });
    const rows = 7 * STYLE_DIM;
    const expectedCode = text.values.map((value, i) =>
      i < rows ? 0.75 * value + 0.25 * (stripes.values[i] ?? 0) : (image.values[i] ?? 0),
    );
    expect(furthest(style.code.values, [...expectedCode])).toBeLessThan(1e-5);
    const again = await stylizer.stylize(PORTRAIT, { style: { code: style.code } });
    expect(Buffer.from(again.data).equals(Buffer.from(data))).toBe(true);
  });

  it("knows a preset before it asks the tower, and says when it knows no word", async () => {
    expect((await stylizer.resolveStyle("Speckles")).origin).toEqual({ type: "preset", name: "speckles" });
    await expect(stylizer.resolveStyle("印象派")).rejects.toMatchObject({ code: "PROMPT_NOT_UNDERSTOOD" });
  });

  it("says that it is the reference that cannot be used", async () => {
    for (const [image, code] of [
      [join(folder, "notes.txt"), "UNSUPPORTED_IMAGE"],
      [join(folder, "none.png"), "FILE_NOT_READABLE"],
      [new URL("https://example.org/a.jpg"), "URL_NOT_ALLOWED"],
      [7, "INVALID_ARGUMENT"],
    ] as const) {
      await expect(stylizer.stylize(PORTRAIT, { style: { image: image as never } })).rejects.toMatchObject({
        code,
        message: expect.stringContaining("reference picture"),
      });
    }
  });

  it("says what a bundle without towers lacks", async () => {
    const plain = await built.createStylizer({ bundle: toy.folder, device: "cpu" });
    const unknown = (message: RegExp) => ({ code: "STYLE_UNKNOWN", message: expect.stringMatching(message) });
    await expect(plain.resolveStyle("stripe")).rejects.toMatchObject(unknown(/Did you mean "stripes"/));
    await expect(plain.resolveStyle({ image: reference })).rejects.toMatchObject(unknown(/imageTower/));
    await plain.dispose();
  });
});

describe("mmfs", () => {
  const bin = fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url));
  const mmfs = (...args: string[]) => runNode([bin, ...args, "--device", "cpu"], { cwd: folder });
  const verify = (bundle: string) => runNode([bin, "bundle", bundle, "--json"]);

  it("saves a style that needs no tower later", async () => {
    const { text } = expected.prompt;
    const saved = await mmfs("style", text, "-o", "my.style", "--bundle", clever);
    expect([saved.status, saved.stderr]).toEqual([0, ""]);
    expect(saved.stdout).toBe(`"${text}" -> my.style  (for toy)\n`);
    const { values } = built.parseStyleCode(await readFile(join(folder, "my.style"), "utf8"));
    expect(furthest(values, expected.prompt.wplus)).toBeLessThan(1e-3);

    await mmfs("stylize", PORTRAIT, "-o", "a.png", "--style", text, "--bundle", clever);
    const later = await mmfs("stylize", PORTRAIT, "-o", "b.png", "--style", "my.style", "--bundle", toy.folder);
    expect(later.status).toBe(0);
    expect((await pixelsOf("a.png")).equals(await pixelsOf("b.png"))).toBe(true);
  });

  it("takes a reference and mixtures", async () => {
    const { status, stdout } = await mmfs(
      ...["style", "-o", "mix.style", "--json", "--bundle", clever],
      ...["--mix", "reference:reference.png:3@fine", "--mix", "stripes", "--mix", "speckles:-0.5"],
    );
    expect(status).toBe(0);
    const of = [{ type: "image" }, { type: "preset", name: "stripes" }, { type: "preset", name: "speckles" }];
    expect(JSON.parse(stdout)).toMatchObject({ output: "mix.style", origin: { type: "mixture", of } });
    const code = built.parseStyleCode(await readFile(join(folder, "mix.style"), "utf8"));
    const style = [
      { style: { image: reference }, weight: 3, layers: "fine" as const },
      { style: "stripes" },
      { style: "speckles", weight: -0.5 },
    ];
    expect(code.values).toEqual((await stylizer.resolveStyle(style)).values);

    const picture = await mmfs("stylize", PORTRAIT, "-o", "c.png", "--reference", "reference.png", "--bundle", clever);
    expect(picture.status).toBe(0);
    const { data } = await stylizer.stylize(PORTRAIT, { style: { image: reference } });
    expect((await sharp(join(folder, "c.png")).raw().toBuffer()).equals(Buffer.from(data))).toBe(true);
  });

  it("draws a mixture on a sheet, as stylize draws it", async () => {
    const mixture = ["--mix", "stripes:2", "--mix", "reference:reference.png@fine"];
    const size = ["--tile", "128", "--columns", "1", "--json"];
    const { status, stdout } = await mmfs(
      "sheet",
      PORTRAIT,
      "-o",
      "sheet.png",
      ...mixture,
      ...size,
      "--bundle",
      clever,
    );
    expect(status).toBe(0);
    const { pictures, height, captioned } = JSON.parse(stdout);
    expect(pictures).toEqual(["photo", "stripes:2 + reference:reference.png@fine"]);
    await mmfs("stylize", PORTRAIT, "-o", "m.png", ...mixture, "--crop", "--faces", "largest", "--bundle", clever);
    // both pictures have 128 pixels, with a margin of 8 around them and their captions below
    const caption = captioned ? (height - 8) / 2 - 136 : 0;
    const tile = sharp(join(folder, "sheet.png")).extract({ left: 8, top: 8 + 136 + caption, width: 128, height: 128 });
    expect((await tile.raw().toBuffer()).equals(await pixelsOf("m.png"))).toBe(true);
  });

  it("bundle: verifies towers and mapper, and names the tower whose embeddings the mapper cannot take", async () => {
    const whole = await verify(clever);
    expect([whole.status, JSON.parse(whole.stdout).valid]).toEqual([0, true]);

    const mixed = join(folder, "mixed");
    await cp(clever, mixed, { recursive: true });
    const ofOtherClip = (name: string) => readFile(checkpointFixture(`clip/${name}`));
    const other = await convertClip({
      config: await ofOtherClip("config.json"),
      weights: await ofOtherClip("model.safetensors"),
    });
    const manifest = JSON.parse(await readFile(join(mixed, "mmfs.json"), "utf8"));
    manifest.parts.imageTower = other.parts.imageTower;
    await writeFile(join(mixed, "image-tower.onnx"), other.files.get("image-tower.onnx") ?? "");
    await writeFile(join(mixed, "mmfs.json"), JSON.stringify(manifest));
    const { status, stdout } = await verify(mixed);
    const bad = JSON.parse(stdout).files.filter(({ error }: { error?: object }) => error);
    expect([status, bad.map(({ path }: { path: string }) => path)]).toEqual([1, ["image-tower.onnx"]]);
    expect(bad[0].error).toMatchObject({
      code: "BUNDLE_INVALID",
      message: expect.stringMatching(/embeddings of 10 .* for 8/),
    });
  });

  it.each([
    [["style", "-o", "x.style"], 2, /Say which style/],
    [["style", "ink", "-o", "x.png"], 2, /must end with \.style or \.json/],
    [["style", "ink", "--mix", "oil", "-o", "x.style"], 2, /Give one of/],
    [["style", "印象派", "-o", "x.style"], 2, /English/],
    [["style", "--reference", "notes.txt", "-o", "x.style"], 1, /reference picture.*not those of a picture/],
    [["stylize", PORTRAIT, "-o", "x.png", "--reference", "none.png"], 1, /reference picture.*does not exist/],
    [["stylize", PORTRAIT, "-o", "x.png", "--mix", "ink@rough"], 2, /"rough"/],
  ])("refuses %j", async (args, status, message) => {
    const result = await mmfs(...args, "--bundle", clever);
    expect([result.status, result.stdout]).toEqual([status, ""]);
    expect(result.stderr).toMatch(message);
  });
});
