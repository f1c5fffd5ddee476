import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { networkLayout } from "@mmfs/checkpoint";
import { type BundleSource, loadBundle } from "@mmfs/core";
import { RandomGenerator } from "@mmfs/core/internal";
import { checkpointFixture } from "@mmfs/testing/fixtures";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBundle } from "../scripts/make-bundle.js";

const SHAPE = { baseWidth: 4, styleDim: 16 };
let folder: string;
let files: Map<string, Uint8Array>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-mini-"));
  const random = new RandomGenerator(5);
  const weights = [...networkLayout(SHAPE.baseWidth, SHAPE.styleDim, { mapper: false })].map(([name, shape]) => {
    const halves = Uint16Array.from({ length: product(shape) }, () => 0x3000 + (random.uint32() % 0x800));
    return { name, dtype: "F16", shape, bytes: new Uint8Array(halves.buffer) };
  });
  const codes = ["photo", "ink"].map((name, i) => ({
    name,
    dtype: "F32",
    shape: [10, SHAPE.styleDim],
    bytes: new Uint8Array(new Float32Array(10 * SHAPE.styleDim).fill(i + 0.5).buffer),
  }));
  const presets = [{ name: "ink", description: "Black ink on paper", tags: ["drawing"], style: "ink-etching" }];
  await writeFile(join(folder, "mmfs-mini.safetensors"), safetensors(weights));
  await writeFile(join(folder, "presets.safetensors"), safetensors(codes));
  await writeFile(
    join(folder, "presets.json"),
    JSON.stringify({ format: 1, size: 32, ...SHAPE, photo: "photo", presets }),
  );
  files = await makeBundle(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every file is what the manifest says, and the presets have their codes", async () => {
  const bundle = await loadBundle(sourceOf(files));
  expect(bundle.manifest.format).toBe(2);
  expect(bundle.manifest.network).toEqual({
    ...SHAPE,
    styleLayers: 10,
    detail: false,
    resolution: { default: 512, live: 256 },
  });
  expect(Object.keys(bundle.manifest.parts).sort()).toEqual(
    ["decoder", "encoder", "faceDetector", "faceLandmarks", "mapping", "personMatte", "presets"].sort(),
  );
  // reading a part checks its size and SHA-256
  for (const part of Object.keys(bundle.manifest.parts)) await bundle.part(part as "encoder");
  const { photo, presets } = await bundle.presets();
  expect(photo?.values.every((value) => value === 0.5)).toBe(true);
  expect(presets.map(({ name, code }) => [name, code.values[159]])).toEqual([["ink", 1.5]]);
});

test("the style of the art that a preset was trained on, which the exporter notes, is not published", () => {
  const { presets } = JSON.parse(new TextDecoder().decode(files.get("presets.json")));
  expect(Object.keys(presets[0]).sort()).toEqual(["code", "description", "name", "tags"]);
});

test("the float16 weights stay float16 in the graphs, which run", async () => {
  const parameters = [...networkLayout(SHAPE.baseWidth, SHAPE.styleDim, { mapper: false })].reduce(
    (n, [, s]) => n + product(s),
    0,
  );
  const graphs = ["encoder.onnx", "decoder.onnx", "mapping.onnx"].map((path) => files.get(path) as Uint8Array);
  const bytes = graphs.reduce((sum, graph) => sum + graph.byteLength, 0);
  expect(bytes).toBeLessThan(3 * parameters);
  const session = await InferenceSession.create(graphs[0] as Uint8Array);
  const { features } = await session.run({
    image: new Tensor("float32", new Float32Array(3 * 32 * 32), [1, 3, 32, 32]),
  });
  expect(features?.dims).toEqual([1, 32, 2, 2]);
  await session.release();
});

test("a network with a mapper, with towers beside it, understands prompts", async () => {
  const own = await mkdtemp(join(tmpdir(), "mmfs-mini-"));
  try {
    const photo = new Uint8Array(new Float32Array(10 * 8).buffer);
    const model = { format: 1, size: 32, baseWidth: 1, styleDim: 8, photo: "photo", presets: [] };
    await copyFile(checkpointFixture("s32-mapper-narrow/checkpoint.safetensors"), join(own, "mmfs-mini.safetensors"));
    await writeFile(
      join(own, "presets.safetensors"),
      safetensors([{ name: "photo", dtype: "F32", shape: [10, 8], bytes: photo }]),
    );
    await writeFile(join(own, "presets.json"), JSON.stringify(model));
    const without = await loadBundle(sourceOf(await makeBundle(own)));
    expect([without.has("mapper"), without.has("textTower")]).toEqual([true, false]);

    await copyFile(checkpointFixture("towers/towers.safetensors"), join(own, "towers.safetensors"));
    const tokenizer = { model: { type: "WordPiece", vocab: { "[SEP]": 3, rose: 7 } } };
    await writeFile(join(own, "tokenizer.json"), JSON.stringify(tokenizer));
    const bundle = await loadBundle(sourceOf(await makeBundle(own)));
    for (const part of ["mapper", "textTower", "tokenizer", "imageTower"] as const) await bundle.part(part);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
});

test("a preset without a code of its own is named", async () => {
  const broken = JSON.stringify({
    format: 1,
    ...SHAPE,
    photo: "photo",
    presets: [{ name: "oil", description: "", tags: [] }],
  });
  await writeFile(join(folder, "presets.json"), broken);
  await expect(makeBundle(folder)).rejects.toThrow(/oil/);
});

interface StoredTensor {
  name: string;
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

function safetensors(tensors: readonly StoredTensor[]): Uint8Array {
  let offset = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const begin = offset;
    offset += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, offset] }];
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = new Uint8Array(new BigUint64Array([BigInt(header.length)]).buffer);
  return Buffer.concat([length, header, ...tensors.map(({ bytes }) => bytes)]);
}

function sourceOf(content: ReadonlyMap<string, Uint8Array>): BundleSource {
  return {
    location: "memory",
    read: async (path) => content.get(path) ?? Promise.reject(new Error(`${path} is missing`)),
  };
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
