import { readFileSync } from "node:fs";
import { loadBundle } from "@mmfs/core";
import { MANIFEST_NAME } from "@mmfs/core/internal";
import { InferenceSession } from "onnxruntime-node";
import { expect, test } from "vitest";
import { type ConvertClipOptions, convertClip } from "./convert-clip.js";
import type { ClipDType } from "./tower-weights.js";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../test/__fixtures__/clip/${name}`, import.meta.url)));
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const TOKENIZER = {
  added_tokens: [{ id: 59, content: "<|endoftext|>" }],
  model: { type: "BPE", vocab: { a: 0, "a</w>": 1 }, merges: [] },
};
const convert = (options?: ConvertClipOptions, tokenizer: unknown = TOKENIZER, config = fixture("config.json")) =>
  convertClip({ config, weights: fixture("model.safetensors"), tokenizer: json(tokenizer) }, options);

test("the parts can be put into a bundle, which gives them back", async () => {
  const { files, parts, embeddingDim } = await convert({ dtypes: ["fp32", "fp16", "int8"] });
  expect(embeddingDim).toBe(10);
  const manifest = {
    format: 2,
    name: "clip",
    license: "MIT",
    network: { baseWidth: 1, styleDim: 10, styleLayers: 10, resolution: { default: 512, live: 256 } },
    parts,
  };
  files.set(MANIFEST_NAME, json(manifest));
  const bundle = await loadBundle({
    location: "memory",
    read: async (path) => files.get(path) ?? Promise.reject(new Error(`${path} is missing`)),
  });
  expect(await bundle.part("tokenizer")).toEqual(json(TOKENIZER));
  expect(await bundle.part("textTower", { dtype: "fp16" })).toBe(files.get("text-tower.fp16.onnx"));
  expect(parts.imageTower?.variants?.int8?.path).toBe("image-tower.int8.onnx");

  const interfaces = { textTower: "input_ids", imageTower: "pixels" } as const;
  for (const [part, input] of Object.entries(interfaces) as [keyof typeof interfaces, string][]) {
    const session = await InferenceSession.create(await bundle.part(part));
    expect([session.inputNames, session.outputNames]).toEqual([[input], ["embedding"]]);
    await session.release();
  }
});

test("the first way of storing weights makes the part's own file", async () => {
  const { files, parts } = await convert({ dtypes: ["int8", "fp16"] });
  expect(parts.textTower?.path).toBe("text-tower.int8.onnx");
  expect(Object.keys(parts.textTower?.variants ?? {})).toEqual(["fp16"]);
  expect([...files.keys()]).not.toContain("text-tower.onnx");
});

test("a tokenizer is not needed", async () => {
  const { parts } = await convertClip({ config: fixture("config.json"), weights: fixture("model.safetensors") });
  expect(Object.keys(parts)).toEqual(["textTower", "imageTower"]);
});

test("progress rises from 0 to 1, and an aborted conversion rejects with the reason", async () => {
  const fractions: number[] = [];
  await convert({ onProgress: (fraction) => fractions.push(fraction) });
  expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));

  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const onProgress = (_: number, what: string) => what.includes("image") && controller.abort(reason);
  await expect(convert({ signal: controller.signal, onProgress })).rejects.toBe(reason);
});

test.each<[string, readonly string[]]>([
  ["unknown", ["fp8"]],
  ["missing", []],
  ["there twice", ["fp32", "fp32"]],
])("a dtype that is %s is refused", async (_, dtypes) => {
  await expect(convert({ dtypes: dtypes as ClipDType[] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

const model = TOKENIZER.model;
test.each<[string, unknown]>([
  ["nothing in it", {}],
  ["another model", { model: { ...model, type: "WordPiece" } }],
  ["no vocabulary", { model: { ...model, vocab: null } }],
  ["no merges", { model: { type: "BPE", vocab: {} } }],
  ["a token that the tower does not have", { model: { ...model, vocab: { a: 60 } } }],
  [
    "an added token that the tower does not have",
    { ...TOKENIZER, added_tokens: [{ id: 60, content: "<|endoftext|>" }] },
  ],
  ["an id that is no number", { model: { ...model, vocab: { a: "1" } } }],
])("a tokenizer with %s is refused", async (_, tokenizer) => {
  await expect(convert({}, tokenizer)).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
});

test("a tokenizer without the end token of the configuration is refused", async () => {
  const config = JSON.parse(new TextDecoder().decode(fixture("config.json")));
  config.text_config.eos_token_id = 58;
  await expect(convert({}, TOKENIZER, json(config))).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringContaining("has the id 58"),
  });
  config.text_config.eos_token_id = 59;
  await expect(convert({}, TOKENIZER, json(config))).resolves.toBeDefined();
});

test("files in each other's place are refused", async () => {
  const [config, weights] = [fixture("config.json"), fixture("model.safetensors")];
  for (const files of [
    { config: weights, weights: config },
    { config, weights: config },
    { config: weights, weights },
  ]) {
    await expect(convertClip(files)).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
  }
});
