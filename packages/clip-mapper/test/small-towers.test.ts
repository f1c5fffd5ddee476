import { readFileSync } from "node:fs";
import { convertTowers, readCheckpoint } from "@mmfs/checkpoint";
import type { Manifest } from "@mmfs/core";
import { MANIFEST_NAME, sha256 } from "@mmfs/core/internal";
import { cpuRuntime } from "@mmfs/testing/cpu-runtime";
import { checkpointFixture, clipFixture } from "@mmfs/testing/fixtures";
import { expect, it } from "vitest";
import { createStyleEncoder } from "../src/index.js";
import { furthest } from "./expected.js";
import { sourceOf, tinyFiles } from "./tiny-bundle.js";

/** Each id from 4 on is a word of its own: `w7` is 7. */
function wordsTokenizer(): Uint8Array {
  const json = JSON.parse(readFileSync(clipFixture("wordpiece-tokenizer.json"), "utf8"));
  const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"];
  const tokens = Array.from({ length: 12 }, (_, id) => special[id] ?? `w${id}`);
  json.model.vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return new TextEncoder().encode(JSON.stringify(json));
}

it("serves small towers as it does those of a CLIP", async () => {
  const files = await tinyFiles();
  const towers = await convertTowers({ weights: readFileSync(checkpointFixture("towers/towers.safetensors")) });
  for (const [path, bytes] of towers.files) files.set(path, bytes);
  const tokenizer = wordsTokenizer();
  files.set("tokenizer.json", tokenizer);
  const manifest: Manifest = JSON.parse(new TextDecoder().decode(files.get(MANIFEST_NAME)));
  Object.assign(manifest.parts, towers.parts, {
    tokenizer: { path: "tokenizer.json", bytes: tokenizer.byteLength, sha256: await sha256(tokenizer) },
  });
  files.set(MANIFEST_NAME, new TextEncoder().encode(JSON.stringify(manifest)));
  const encoder = await createStyleEncoder({ bundle: sourceOf(files), runtime: cpuRuntime() });

  // PyTorch's row of the ids 2, 7, 8, 3 and padding
  const expected = readCheckpoint(readFileSync(checkpointFixture("towers/io.safetensors")))
    .tensors.get("text_embedding")!
    .toFloat32();
  expect(furthest(await encoder.embedText("W7, w8"), expected.subarray(8, 16))).toBeGreaterThan(1e-3);
  expect(furthest(await encoder.embedText("W7 w8"), expected.subarray(8, 16))).toBeLessThan(1e-5);

  const grey = { width: 30, height: 20, data: new Uint8ClampedArray(30 * 20 * 4).fill(128) };
  const embedding = await encoder.embedImage(grey);
  expect(embedding.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5);
  expect((await encoder.fromText("w9")).values).toHaveLength(80);
  await encoder.dispose();
});
