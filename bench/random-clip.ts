import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ClipConfig, clipLayout, convertClip, mapperGraph, networkLayout } from "@mmfs/checkpoint";
import type { BundleFile, Manifest, NetworkShape } from "@mmfs/core";
import { MANIFEST_NAME, RandomGenerator, sha256 } from "@mmfs/core/internal";

/** `openai/clip-vit-base-patch32`. */
const VIT_B_32: ClipConfig = {
  text: {
    ...{ width: 512, feedForward: 2048, layers: 12, heads: 8, activation: "quick_gelu", epsilon: 1e-5 },
    ...{ vocabulary: 49408, positions: 77, endToken: 49407 },
  },
  image: {
    ...{ width: 768, feedForward: 3072, layers: 12, heads: 12, activation: "quick_gelu", epsilon: 1e-5 },
    ...{ size: 224, patch: 32 },
  },
  embeddingDim: 512,
};
const [START, END] = [49406, 49407];

/**
 * Writes a bundle that has a mapper of the published size and a CLIP of the size of ViT-B/32, both with random weights: its
 * codes mean nothing, and take as long as real ones. The tokenizer works as CLIP's does and knows `words`, each as one token.
 */
export async function writeRandomClip(folder: string, words: Iterable<string>): Promise<void> {
  const { files, parts } = await convertClip(
    {
      config: json({ model_type: "clip", text_config: { eos_token_id: END } }),
      weights: randomSafetensors(),
      tokenizer: json(tokenizer(words)),
    },
    // as `mmfs convert --clip` stores them
    { dtypes: ["fp16"] },
  );
  const mapper = randomMapper(VIT_B_32.embeddingDim);
  files.set("mapper.onnx", mapper);
  const described: BundleFile = { path: "mapper.onnx", bytes: mapper.byteLength, sha256: await sha256(mapper) };
  const manifest: Manifest = {
    format: 2,
    name: "ViT-B/32",
    license: "CC0-1.0",
    network: shapeOf(VIT_B_32.embeddingDim),
    parts: { ...(parts as Manifest["parts"]), mapper: described },
  };
  files.set(MANIFEST_NAME, json(manifest));
  await mkdir(folder, { recursive: true });
  for (const [path, bytes] of files) await writeFile(join(folder, path), bytes);
}

/** float16 between 1/64 and 1/32 in magnitude, which a dozen layers neither blow up nor let vanish. */
function randomSafetensors(): Uint8Array {
  const header: Record<string, object> = {};
  let bytes = 0;
  for (const [key, shape] of clipLayout(VIT_B_32)) {
    const end = bytes + 2 * product(shape);
    header[key] = { dtype: "F16", shape, data_offsets: [bytes, end] };
    bytes = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + text.length + (text.length % 2);
  const file = new Uint8Array(start + bytes);
  file.fill(0x20, 8, start);
  file.set(text, 8);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  const random = new RandomGenerator(32);
  // Of an odd length, so that no two rows of a matrix are alike.
  const block = Uint16Array.from(random.normals(1_000_003), (value) => {
    const mantissa = Math.floor(Math.abs(value) * 1e6) & 0x3ff;
    return (value < 0 ? 0x8000 : 0) | 0x2400 | mantissa;
  });
  const halves = new Uint16Array(file.buffer, start);
  for (let at = 0; at < halves.length; at += block.length) halves.set(block.subarray(0, halves.length - at), at);
  return file;
}

/** As published. */
function shapeOf(styleDim: number): NetworkShape {
  return { baseWidth: 64, styleDim, styleLayers: 10, detail: false, resolution: { default: 512, live: 256 } };
}

function randomMapper(styleDim: number): Uint8Array {
  const layout = networkLayout(64, styleDim, { mapper: true });
  const random = new RandomGenerator(7);
  return mapperGraph({
    shape: shapeOf(styleDim),
    embeddingDim: styleDim,
    feedForward: 2048,
    weights: (key) => {
      const [outputs = 0, inputs = 1] = layout.get(key) ?? [];
      return random.normals(outputs * inputs).map((value) => value / Math.sqrt(styleDim));
    },
  });
}

/** `tokenizer.json` of CLIP: lower case, byte-level byte-pair encoding with `</w>` at the end of a word. */
function tokenizer(words: Iterable<string>): object {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789.,'-";
  const vocabulary = new Map<string, number>();
  const learn = (token: string) => vocabulary.set(token, vocabulary.get(token) ?? vocabulary.size);
  for (const letter of letters) for (const end of ["", "</w>"]) learn(letter + end);
  const merges: [string, string][] = [];
  for (const word of new Set(words)) {
    let known = "";
    for (const [i, letter] of [...word].entries()) {
      const next = i === word.length - 1 ? `${letter}</w>` : letter;
      if (known !== "" && !vocabulary.has(known + next)) merges.push([known, next]);
      known += next;
      learn(known);
    }
  }
  const added = (content: string, id: number) => ({ id, content, special: true, normalized: false });
  return {
    added_tokens: [added("<|startoftext|>", START), added("<|endoftext|>", END)],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
        { type: "Lowercase" },
      ],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        {
          type: "Split",
          pattern: { Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" },
          behavior: "Removed",
          invert: true,
        },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: ["<|endoftext|>", END],
      cls: ["<|startoftext|>", START],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: null,
    model: {
      type: "BPE",
      unk_token: "<|endoftext|>",
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      vocab: { ...Object.fromEntries(vocabulary), "<|startoftext|>": START, "<|endoftext|>": END },
      merges,
    },
  };
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, length) => all * length, 1);
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
