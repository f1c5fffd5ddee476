import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { readCheckpoint, readClip, textTowerGraph } from "../../src/index.js";
import { compareWithTransformers, likeness } from "./clip.js";
import { expectClipParity } from "./expect-clip-parity.js";

const FIXTURE = fileURLToPath(new URL("../__fixtures__/clip", import.meta.url));

test("the towers compute what transformers computed", async () => {
  expect(likeness(FIXTURE, "text")).toBeLessThan(0.99);
  expect(likeness(FIXTURE, "image")).toBeLessThan(0.99);
  expectClipParity(await compareWithTransformers(FIXTURE));
});

test("a text alone and without padding has the embedding that it has in a batch", async () => {
  const read = (name: string) => readCheckpoint(new Uint8Array(readFileSync(join(FIXTURE, name))));
  const io = read("io.safetensors");
  const [ids, embeddings] = ["input_ids", "text_embedding"].map((name) => io.tensors.get(name)?.toFloat32());
  if (!ids || !embeddings) throw new Error("the fixture lacks its text");
  const [length, dim, row] = [16, 10, 2];
  const text = ids.slice(row * length, (row + 1) * length);
  const end = text.indexOf(Math.max(...text));
  expect(end).toBeLessThan(length - 1);

  const config = new Uint8Array(readFileSync(join(FIXTURE, "config.json")));
  const session = await InferenceSession.create(textTowerGraph(readClip(read("model.safetensors"), config)));
  const alone = BigInt64Array.from(text.slice(0, end + 1), BigInt);
  const { embedding } = await session.run({ input_ids: new Tensor("int64", alone, [1, end + 1]) });
  await session.release();
  expect(embedding?.dims).toEqual([1, dim]);
  for (const [i, value] of Array.from(embedding?.data as Float32Array).entries()) {
    expect(value).toBeCloseTo(embeddings[row * dim + i] as number, 5);
  }
});
