import { readFileSync } from "node:fs";
import { type BundlePart, loadBundle, StyleCode, serializePresets } from "@mmfs/core";
import { InferenceSession } from "onnxruntime-node";
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
  expect(manifest.network).toEqual({ size: 32, baseWidth: 1, styleDim: 8, styleLayers: 10 });
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
  await convertCheckpoint(fixture("s32/checkpoint.pth"), { size: 32, onProgress: (fraction) => fractions.push(fraction) });
  expect(fractions[0]).toBe(0);
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
});

test("an aborted conversion rejects with the reason", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const conversion = convertCheckpoint(fixture("s32/checkpoint.pth"), {
    size: 32,
    signal: controller.signal,
    onProgress: (_, what) => what.includes("decoder") && controller.abort(reason),
  });
  await expect(conversion).rejects.toBe(reason);
});

test("presets of another network are refused", async () => {
  const conversion = convertCheckpoint(fixture("s32/checkpoint.pth"), { size: 32, presets: presetsOf(9) });
  await expect(conversion).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
});
