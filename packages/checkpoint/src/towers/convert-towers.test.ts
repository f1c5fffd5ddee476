import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { rawSafetensors } from "../../test/hostile/safetensors-bytes.js";
import type { ClipDType } from "../clip/tower-weights.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { convertTowers } from "./convert-towers.js";

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../test/__fixtures__/towers/${name}`, import.meta.url)));
const towers = fixture("towers.safetensors");
const remembering = fixture("towers-memory.safetensors");
const io = readCheckpoint(fixture("io.safetensors")).tensors;
const TOKENIZER = {
  added_tokens: [{ id: 3, content: "[SEP]" }],
  model: { type: "WordPiece", vocab: { "[PAD]": 0, "[CLS]": 2, rose: 7, "##s": 19 } },
};
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function stored(name: string): { values: Float32Array; shape: number[] } {
  const tensor = io.get(name);
  if (!tensor) throw new Error(`the reference lacks ${name}`);
  return { values: tensor.toFloat32(), shape: [...tensor.shape] };
}

async function embed(graph: Uint8Array | undefined, feeds: Record<string, Tensor>) {
  const session = await InferenceSession.create(graph as Uint8Array, { intraOpNumThreads: 1 });
  const { embedding } = await session.run(feeds);
  await session.release();
  return embedding as Tensor;
}
const ids = () => {
  const { values, shape } = stored("input_ids");
  return new Tensor("int64", BigInt64Array.from(values, BigInt), shape);
};
const pixels = () => new Tensor("float32", stored("pixels").values, stored("pixels").shape);

function largestDifference(embedding: Tensor, name: string): number {
  const expected = stored(name);
  expect([...embedding.dims]).toEqual(expected.shape);
  const differences = expected.values.map((value, i) => Math.abs(value - (embedding.data[i] as number)));
  return differences.reduce((a, b) => Math.max(a, b), 0);
}

test.each<[ClipDType, string, number]>([
  ["fp32", "", 1e-5],
  // the matrices of the fixture are float16 already, so nothing is rounded
  ["fp16", ".fp16", 1e-5],
  ["int8", ".int8", 0.05],
])("both towers, stored as %s, compute what PyTorch computes", async (dtype, suffix, tolerance) => {
  const { files } = await convertTowers({ weights: towers }, { dtypes: [dtype] });
  const text = await embed(files.get(`text-tower${suffix}.onnx`), { input_ids: ids() });
  expect(largestDifference(text, "text_embedding")).toBeLessThan(tolerance);
  const image = await embed(files.get(`image-tower${suffix}.onnx`), { pixels: pixels() });
  expect(largestDifference(image, "image_embedding")).toBeLessThan(tolerance);
});

test("a text with a memory of pictures comes to lie among them, as PyTorch computes", async () => {
  const { files } = await convertTowers({ weights: remembering });
  const text = await embed(files.get("text-tower.fp16.onnx"), { input_ids: ids() });
  expect(largestDifference(text, "recalled_embedding")).toBeLessThan(1e-5);
  expect(largestDifference(text, "text_embedding")).toBeGreaterThan(0.1);
});

test("what stands behind the end of a text does not count", async () => {
  const { files } = await convertTowers({ weights: towers });
  const short = new Tensor("int64", BigInt64Array.from([2n, 7n, 8n, 3n]), [1, 4]);
  const embedding = await embed(files.get("text-tower.fp16.onnx"), { input_ids: short });
  const [padded, followed] = [stored("text_embedding").values.subarray(8, 16), stored("text_embedding").values];
  for (let i = 0; i < 8; i++) {
    expect(embedding.data[i]).toBeCloseTo(padded[i] as number, 5);
    expect(embedding.data[i]).toBeCloseTo(followed[i] as number, 5);
  }
});

test("the table of tokens is int8 in the file, the matrices are float16", async () => {
  const { files } = await convertTowers({ weights: towers });
  const graph = Buffer.from(files.get("text-tower.fp16.onnx") as Uint8Array);
  const { header, data } = open(towers);
  for (const name of ["text.table", "text.hidden.weight", "text.out.weight"]) {
    const [begin, end] = header[name]?.data_offsets ?? [0, 0];
    expect(end).toBeGreaterThan(begin);
    expect(graph.includes(data.subarray(begin, end)), name).toBe(true);
  }
});

test("the parts are named as a manifest does", async () => {
  const { files, parts, embeddingDim } = await convertTowers({ weights: towers, tokenizer: json(TOKENIZER) });
  expect(embeddingDim).toBe(8);
  expect([...files.keys()]).toEqual(["text-tower.fp16.onnx", "image-tower.fp16.onnx", "tokenizer.json"]);
  expect(parts.textTower).toMatchObject({
    path: "text-tower.fp16.onnx",
    bytes: files.get("text-tower.fp16.onnx")?.byteLength,
  });
});

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}
type Header = Record<string, Entry>;

/** The parts of the fixture's file, for changing them. */
function open(towers: Uint8Array): { header: Header; metadata: Record<string, string>; data: Buffer } {
  const length = Number(new DataView(towers.buffer, towers.byteOffset).getBigUint64(0, true));
  const { __metadata__: metadata, ...header } = JSON.parse(new TextDecoder().decode(towers.subarray(8, 8 + length)));
  return { header, metadata, data: Buffer.from(towers.subarray(8 + length)) };
}

test.each<[string, RegExp, (metadata: Record<string, string>, header: Header) => void]>([
  ["no end token", /metadata text\.end_id/, (metadata) => delete metadata["text.end_id"]],
  [
    "an end token beyond the table",
    /end token 20/,
    (metadata) => {
      metadata["text.end_id"] = "20";
    },
  ],
  [
    "a stride too many",
    /lacks image\.conv3/,
    (metadata) => {
      metadata["image.strides"] = "2,1,2,1";
    },
  ],
  [
    "strides that are no numbers",
    /"2,x"/,
    (metadata) => {
      metadata["image.strides"] = "2,x";
    },
  ],
  [
    "a pool that is no convolution",
    /image\.pools/,
    (metadata) => {
      metadata["image.pools"] = "0,3";
    },
  ],
  [
    "pools of another width",
    /image\.hidden\.weight has shape/,
    (metadata) => {
      metadata["image.pools"] = "0,1";
    },
  ],
  [
    "a table of another type",
    /int8 \[V,K\]/,
    (_, header) => {
      Object.assign(header["text.table"] ?? {}, { dtype: "U8" });
    },
  ],
  [
    "a tensor too many",
    /no place for image\.extra/,
    (_, header) => {
      const { length } = open(towers).data;
      header["image.extra"] = { dtype: "F32", shape: [0], data_offsets: [length, length] };
    },
  ],
])("a file with %s is refused", async (_, message, change) => {
  const { header, metadata, data } = open(towers);
  change(metadata, header);
  const weights = rawSafetensors(JSON.stringify({ __metadata__: metadata, ...header }), data);
  await expect(convertTowers({ weights })).rejects.toMatchObject({
    code: "CHECKPOINT_INVALID",
    message: expect.stringMatching(message),
  });
});

test.each<[string, unknown]>([
  ["of another kind", { model: { type: "BPE", vocab: {}, merges: [] } }],
  ["with a token that the table lacks", { ...TOKENIZER, model: { type: "WordPiece", vocab: { rose: 20 } } }],
  ["without the end token", { model: { type: "WordPiece", vocab: { rose: 7 } } }],
])("a tokenizer %s is refused", async (_, tokenizer) => {
  const conversion = convertTowers({ weights: towers, tokenizer: json(tokenizer) });
  await expect(conversion).rejects.toMatchObject({ code: "CHECKPOINT_INVALID" });
});

test("a way of storing that does not exist is refused", async () => {
  const dtypes = ["fp8"] as unknown as ClipDType[];
  await expect(convertTowers({ weights: towers }, { dtypes })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});
