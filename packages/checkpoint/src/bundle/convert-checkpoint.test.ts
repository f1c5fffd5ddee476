import { readFileSync } from "node:fs";
import { type BundlePart, loadBundle, StyleCode, serializePresets } from "@mmfs/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { convertTowers } from "../towers/convert-towers.js";
import { convertCheckpoint } from "./convert-checkpoint.js";

const fixture = (path: string) =>
  new Uint8Array(readFileSync(new URL(`../../test/__fixtures__/${path}`, import.meta.url)));
const load = (files: ReadonlyMap<string, Uint8Array>) =>
  loadBundle({
    location: "memory",
    read: async (path) => files.get(path) ?? Promise.reject(new Error(`${path} is missing`)),
  });
const presetsOf = (dim: number) => {
  const code = StyleCode.fromRow(new Float32Array(dim).fill(0.25), { type: "preset", name: "ink" });
  return new TextEncoder().encode(serializePresets({ photo: undefined, presets: [{ name: "ink", tags: [], code }] }));
};

test("a bundle has every part, with variants, that core can load and onnxruntime can run", async () => {
  const face = new TextEncoder().encode("not looked at");
  const files = await convertCheckpoint(fixture("s32-mapper-half/checkpoint.safetensors"), {
    name: "small",
    license: "CC0-1.0",
    dtypes: ["fp32", "fp16"],
    presets: presetsOf(8),
    faceParts: { faceDetector: face, faceLandmarks: face },
    personMatte: face,
    provenance: { data: "none" },
  });
  const bundle = await load(files);
  const { manifest } = bundle;
  expect(manifest.name).toBe("small");
  expect(manifest.format).toBe(2);
  expect(manifest.network).toEqual({
    baseWidth: 1,
    styleDim: 8,
    styleLayers: 10,
    detail: false,
    resolution: { default: 128, live: 128 },
  });
  expect(manifest.provenance?.data).toBe("none");
  expect(Object.keys(manifest.parts).sort()).toEqual([
    "decoder",
    "encoder",
    "faceDetector",
    "faceLandmarks",
    "mapper",
    "mapping",
    "personMatte",
    "presets",
  ]);
  for (const part of Object.keys(manifest.parts) as BundlePart[]) await bundle.part(part);
  expect((await bundle.presets()).presets[0]?.code.values[79]).toBe(0.25);

  const interfaces: Record<string, [string[], string[]]> = {
    "encoder.onnx": [["image"], ["features"]],
    "encoder.fp16.onnx": [["image"], ["features"]],
    "decoder.onnx": [["features", "wplus", ...Array.from({ length: 9 }, (_, i) => `noise_${i}`)].sort(), ["image"]],
    "mapping.onnx": [["z"], ["w"]],
    "mapper.onnx": [["embedding"], ["wplus"]],
  };
  for (const [path, [inputs, outputs]] of Object.entries(interfaces)) {
    const session = await InferenceSession.create(files.get(path) as Uint8Array);
    expect([[...session.inputNames].sort(), [...session.outputNames]], path).toEqual([inputs, outputs]);
    await session.release();
  }
  const { encoder } = manifest.parts;
  expect(encoder?.variants?.fp16?.path).toBe("encoder.fp16.onnx");
});

test("one pair of graphs takes pictures of any size, with the detail path where the checkpoint has it", async () => {
  const files = await convertCheckpoint(fixture("detail/checkpoint.safetensors"), { size: 384 });
  const { network } = (await load(files)).manifest;
  expect([network.detail, network.resolution]).toEqual([true, { default: 384, live: 192 }]);
  const [encoder, decoder] = await Promise.all(
    ["encoder.onnx", "decoder.onnx"].map((path) => InferenceSession.create(files.get(path) as Uint8Array)),
  );
  if (!encoder || !decoder) throw new Error("unreachable");
  const shapes = (session: InferenceSession, side: "inputMetadata" | "outputMetadata") =>
    Object.fromEntries(session[side].map((value) => [value.name, value.isTensor && value.shape.join(" ")]));
  expect(shapes(encoder, "inputMetadata")).toEqual({ image: "N 3 height width" });
  expect(shapes(encoder, "outputMetadata")).toEqual({
    features: "N 32 height_16 width_16",
    features_8: "N 16 height_8 width_8",
    features_4: "N 8 height_4 width_4",
  });
  expect(shapes(decoder, "inputMetadata")).toMatchObject({
    ...shapes(encoder, "outputMetadata"),
    wplus: "N 10 8",
    noise_0: "M 1 height_16 width_16",
    noise_2: "M 1 height_8 width_8",
    noise_8: "M 1 height width",
  });
  expect(shapes(decoder, "outputMetadata")).toEqual({ image: "N 3 height width" });

  for (const [height, width] of [
    [32, 32],
    [16, 112],
    [64, 32],
  ] as const) {
    const zeros = (...dims: number[]) => new Tensor("float32", new Float32Array(dims.reduce((a, b) => a * b)), dims);
    const features = await encoder.run({ image: zeros(1, 3, height, width) });
    const factors = [16, 8, 8, 4, 4, 2, 2, 1, 1];
    const noise = factors.map((factor, i) => [`noise_${i}`, zeros(1, 1, height / factor, width / factor)]);
    const { image } = await decoder.run({ ...features, wplus: zeros(1, 10, 8), ...Object.fromEntries(noise) });
    expect(image?.dims).toEqual([1, 3, height, width]);
  }
  await Promise.all([encoder.release(), decoder.release()]);
});

test("towers make a bundle that understands prompts, if its mapper takes their embeddings", async () => {
  const towers = await convertTowers({ weights: fixture("towers/towers.safetensors") });
  const files = await convertCheckpoint(fixture("s32-mapper-narrow/checkpoint.safetensors"), { towers });
  const bundle = await load(files);
  for (const part of ["mapper", "textTower", "imageTower"] as const) await bundle.part(part);

  for (const checkpoint of ["s32/checkpoint.safetensors", "s32-mapper-half/checkpoint.safetensors"]) {
    const conversion = convertCheckpoint(fixture(checkpoint), { towers: { ...towers, embeddingDim: 9 } });
    await expect(conversion).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
  }
});

test("progress rises from 0 to 1", async () => {
  const fractions: number[] = [];
  await convertCheckpoint(fixture("s32/checkpoint.pth"), { onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions[0]).toBe(0);
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
});

test("an aborted conversion rejects with the reason", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const conversion = convertCheckpoint(fixture("s32/checkpoint.pth"), {
    signal: controller.signal,
    onProgress: (_, what) => what.includes("decoder") && controller.abort(reason),
  });
  await expect(conversion).rejects.toBe(reason);
});

test("presets of another network are refused", async () => {
  const conversion = convertCheckpoint(fixture("s32/checkpoint.pth"), { presets: presetsOf(9) });
  await expect(conversion).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
});
