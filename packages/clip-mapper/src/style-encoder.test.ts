import type { Manifest, ProgressEvent } from "@mmfs/core";
import { cpuRuntime } from "@mmfs/testing/cpu-runtime";
import { beforeAll, describe, expect, it } from "vitest";
import { expectedPictures, expectedPrompts, furthest } from "../test/expected.js";
import { sourceOf, tinyFiles } from "../test/tiny-bundle.js";
import { combineEmbeddings } from "./combine-embeddings.js";
import { createStyleEncoder, type StyleEncoderOptions } from "./style-encoder.js";

let files: Record<"bpe" | "wordpiece", Map<string, Uint8Array>>;
beforeAll(async () => {
  files = { bpe: await tinyFiles("bpe"), wordpiece: await tinyFiles("wordpiece") };
});

interface SetUp extends Partial<StyleEncoderOptions> {
  tokenizer?: "bpe" | "wordpiece";
  change?: (manifest: Manifest) => void;
  tellsShapes?: boolean;
}

async function setUp({ tokenizer = "bpe", change, tellsShapes, ...options }: SetUp = {}) {
  const log: string[] = [];
  const bundle = sourceOf(files[tokenizer], change, (path) => log.push(path));
  const runtime = cpuRuntime((inputs) => log.push(...inputs), tellsShapes);
  return { log, encoder: await createStyleEncoder({ bundle, runtime, ...options }) };
}

const prompt = expectedPrompts[0]!;
const picture = expectedPictures[0]!;
const dot = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, i) => sum + value * other[i]!, 0);

describe("prompts", () => {
  it.each(expectedPrompts)("become what PyTorch makes of them ($tokenizer): $text", async (expected) => {
    const { encoder } = await setUp({ tokenizer: expected.tokenizer });
    expect(furthest(await encoder.embedText(expected.text), expected.embedding)).toBeLessThan(1e-5);
    const code = await encoder.fromText(expected.text);
    expect(furthest(code.values, expected.wplus)).toBeLessThan(1e-3);
    expect(code).toMatchObject({ layers: 10, dim: 8, origin: { type: "text", prompt: expected.text.trim() } });
    await encoder.dispose();
  });

  it("load what they need when they need it, with progress, and are remembered", async () => {
    const events: ProgressEvent[] = [];
    const { encoder, log } = await setUp({ onProgress: (event) => events.push(event) });
    expect(log).toEqual(["mmfs.json"]);
    const first = await encoder.fromText("watercolor painting");
    const again = await encoder.fromText(" \ufeffwatercolor painting ");
    expect(again).toBe(first);
    expect(log).toEqual(["mmfs.json", "tokenizer.json", "text-tower.onnx", "input_ids", "mapper.onnx", "embedding"]);
    const told = events.map((event) => (event.type === "download" ? event.file : event.type === "load" && event.part));
    expect(told).toEqual(["tokenizer.json", "text-tower.onnx", "textTower", "mapper.onnx", "mapper"]);
    await encoder.embedText("watercolor painting");
    expect(log).toHaveLength(6);
    await encoder.dispose();
  });

  it("are ready after a preload, which loads what was asked for and runs nothing", async () => {
    const { encoder, log } = await setUp();
    await encoder.preload();
    expect(log).toEqual(["mmfs.json"]);
    await encoder.preload({ prompts: true });
    const loaded = ["mmfs.json", "tokenizer.json", "text-tower.onnx", "mapper.onnx"];
    expect(log).toEqual(loaded);
    await encoder.fromText("watercolor painting");
    await encoder.preload({ prompts: true, references: true });
    expect(log).toEqual([...loaded, "input_ids", "embedding", "image-tower.onnx"]);
    await encoder.dispose();
  });

  it("of a bundle without a mapper are refused before anything is fetched", async () => {
    const { encoder, log } = await setUp({ change: ({ parts }) => void delete parts.mapper });
    await expect(encoder.preload({ prompts: true })).rejects.toMatchObject({ code: "BUNDLE_PART_MISSING" });
    expect(log).toEqual(["mmfs.json"]);
    await encoder.dispose();
  });

  it("do not share what a caller may change", async () => {
    const { encoder } = await setUp();
    (await encoder.embedText(prompt.text)).fill(0);
    expect(furthest(await encoder.embedText(prompt.text), prompt.embedding)).toBeLessThan(1e-5);
    await encoder.dispose();
  });

  it("may come at the same time", async () => {
    const { encoder, log } = await setUp();
    const texts = expectedPrompts.filter(({ tokenizer }) => tokenizer === "bpe");
    const codes = await Promise.all([...texts, ...texts].map(({ text }) => encoder.fromText(text)));
    expect(log.filter((entry) => entry === "text-tower.onnx")).toHaveLength(1);
    expect(log.filter((entry) => entry === "input_ids")).toHaveLength(texts.length);
    for (const [i, code] of codes.entries()) {
      expect(furthest(code.values, texts[i % texts.length]!.wplus)).toBeLessThan(1e-3);
    }
    await encoder.dispose();
  });

  it.each([
    ["empty", "", "INVALID_ARGUMENT", /empty/],
    ["white space", " \n\ufeff", "INVALID_ARGUMENT", /empty/],
    ["too long", "a ".repeat(3000), "INVALID_ARGUMENT", /5999 characters, above 4000/],
    ["no text", 7, "INVALID_ARGUMENT", /not number/],
    ["unknown", "印象派", "PROMPT_NOT_UNDERSTOOD", /English/],
  ])("are refused if they are %s", async (_, text, code, message) => {
    const { encoder } = await setUp({ tokenizer: "wordpiece" });
    const error = { code, message: expect.stringMatching(message) };
    await expect(encoder.fromText(text as string)).rejects.toMatchObject(error);
    await expect(encoder.embedText(text as string)).rejects.toMatchObject(error);
    expect(await encoder.fromText("painting")).toBeDefined();
    await encoder.dispose();
  });

  it("read the longest text in time", async () => {
    const { encoder } = await setUp();
    const start = performance.now();
    await encoder.fromText("x".repeat(4000));
    expect(performance.now() - start).toBeLessThan(5000);
    await encoder.dispose();
  });
});

describe("pictures", () => {
  it.each(expectedPictures)("become what PyTorch makes of them: $width × $height", async (expected) => {
    const { encoder } = await setUp();
    const embedding = await encoder.embedImage(expected.picture);
    // the pixels differ by a rounding of bytes
    expect(dot(embedding, Float32Array.from(expected.embedding))).toBeGreaterThan(0.9999);
    const code = await encoder.fromImage(expected.picture);
    expect(furthest(code.values, expected.wplus)).toBeLessThan(0.1);
    expect(code.origin).toEqual({ type: "image" });
    await encoder.dispose();
  });

  it("are remembered by their content", async () => {
    const { encoder, log } = await setUp();
    const { width, height, data } = picture.picture;
    const first = await encoder.fromImage(picture.picture);
    const copy = { width, height, data: data.slice() };
    expect(await encoder.fromImage(copy)).toBe(first);
    expect(log.filter((entry) => entry === "pixels")).toHaveLength(1);
    copy.data[0]! ^= 255;
    expect(await encoder.fromImage(copy)).not.toBe(first);
    await encoder.dispose();
  });

  it("have 224 pixels where the runtime does not tell the graph's size", async () => {
    const { encoder } = await setUp({ tellsShapes: false });
    await expect(encoder.embedImage(picture.picture)).rejects.toThrow(/224/);
    await encoder.dispose();
  });

  it("are refused if they are none", async () => {
    const { encoder } = await setUp();
    await expect(encoder.fromImage({} as never)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await encoder.dispose();
  });
});

describe("embeddings", () => {
  it("become the style of their prompt, and of a mixture where they were combined", async () => {
    const { encoder } = await setUp();
    const [one, other] = [await encoder.embedText(prompt.text), await encoder.embedImage(picture.picture)];
    const origin = { type: "text", prompt: prompt.text } as const;
    const alone = await encoder.fromEmbedding(one, origin);
    expect(furthest(alone.values, prompt.wplus)).toBeLessThan(1e-3);
    expect(alone.origin).toEqual(origin);

    const sum = one.map((value, i) => 0.25 * value + 0.75 * other[i]!);
    const norm = Math.sqrt(dot(sum, sum));
    const direct = await encoder.fromEmbedding(
      sum.map((value) => value / norm),
      { type: "file" },
    );
    const combined = combineEmbeddings([
      { embedding: one, weight: 1 },
      { embedding: other, weight: 3 },
    ]);
    const mixed = await encoder.fromEmbedding(combined, { type: "file" });
    expect(furthest(mixed.values, direct.values)).toBeLessThan(1e-4);
    expect(furthest(mixed.values, alone.values)).toBeGreaterThan(1e-2);
    await encoder.dispose();
  });
});

describe("a bundle", () => {
  const lack = (part: keyof Manifest["parts"]) => ({ change: ({ parts }: Manifest) => void delete parts[part] });

  it.each(["mapper", "textTower", "tokenizer"] as const)(
    "without %s says so before anything is fetched",
    async (part) => {
      const { encoder, log } = await setUp(lack(part));
      await expect(encoder.fromText("ink")).rejects.toMatchObject({
        code: "BUNDLE_PART_MISSING",
        message: expect.stringMatching(new RegExp(`no ${part}.*Prompts`)),
      });
      expect(log).toEqual(["mmfs.json"]);
    },
  );

  it.each(["mapper", "imageTower"] as const)("without %s has no reference pictures", async (part) => {
    const { encoder } = await setUp(lack(part));
    await expect(encoder.fromImage(picture.picture)).rejects.toMatchObject({ code: "BUNDLE_PART_MISSING" });
  });

  it("gives its int8 towers, which say nearly the same", async () => {
    const { encoder, log } = await setUp({ dtype: "int8" });
    const embedding = await encoder.embedText(prompt.text);
    expect(log).toContain("text-tower.int8.onnx");
    expect(dot(embedding, Float32Array.from(prompt.embedding))).toBeGreaterThan(0.99);
    expect(furthest(embedding, prompt.embedding)).toBeGreaterThan(0);
    await encoder.dispose();
  });

  it("is not asked for a precision that there is not", async () => {
    await expect(setUp({ dtype: "int4" as never })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("whose mapper is of another network is refused", async () => {
    const { encoder } = await setUp({
      change: ({ network }) => {
        network.styleDim = 16;
      },
    });
    await expect(encoder.fromText("ink")).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    await encoder.dispose();
  });
});

describe("a call", () => {
  it("ends with the reason of its signal, and the next is not held up", async () => {
    const { encoder } = await setUp();
    const reason = new Error("enough");
    await expect(encoder.fromText("ink", { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const aborted = encoder.fromText("ink", { signal: controller.signal, onProgress: () => controller.abort(reason) });
    const waiting = encoder.fromText("ink", { signal: controller.signal });
    const next = encoder.fromText(prompt.text);
    expect(await Promise.allSettled([aborted, waiting])).toEqual([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    expect(furthest((await next).values, prompt.wplus)).toBeLessThan(1e-3);
    await encoder.dispose();
  });

  it("is refused once the encoder is disposed", async () => {
    const { encoder } = await setUp();
    const [running, waiting] = [encoder.fromText("ink"), encoder.fromText("oil")];
    const disposal = encoder.dispose();
    for (const call of await Promise.allSettled([running, waiting])) {
      expect(call).toMatchObject({ status: "rejected", reason: { code: "DISPOSED" } });
    }
    expect(encoder.dispose()).toBe(disposal);
    await expect(encoder.embedText("ink")).rejects.toMatchObject({ code: "DISPOSED" });
    await disposal;
  });
});
