import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Checkpoint, CheckpointTensor } from "../reading/checkpoint.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { networkLayout } from "./network-layout.js";
import { readNetwork } from "./read-network.js";

/** A checkpoint whose tensors are all `value`, under each of the prefixes. */
function checkpoint(prefixes: Record<string, number>, metadata: Record<string, string> = {}): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  for (const [prefix, value] of Object.entries(prefixes)) {
    for (const [key, shape] of networkLayout(2, 8, false)) {
      const length = shape.reduce((a, b) => a * b, 1);
      tensors.set(prefix + key, { dtype: "float32", shape, toFloat32: () => new Float32Array(length).fill(value) });
    }
  }
  return { format: "torch", byteLength: 1e6, tensors, metadata: new Map(Object.entries(metadata)) };
}
const found = (given: Checkpoint) => readNetwork(given).weights("encoder.0.1.bias")[0];

test("the layout has the published number of parameters", () => {
  let encoder = 0;
  let mapping = 0;
  let decoder = 0;
  let mapper = 0;
  for (const [key, shape] of networkLayout(64, 512, true)) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (key.endsWith("kernel")) continue;
    if (key.startsWith("encoder.")) encoder += count;
    else if (key.startsWith("mapping_z.")) mapping += count;
    else if (key.startsWith("clip_mapper.")) mapper += count;
    else decoder += count;
  }
  const millions = [encoder, mapping, decoder, mapper].map((count) => Math.round(count / 1e5) / 10);
  expect(millions).toEqual([4.9, 2.1, 11.6, 12.6]);
});

test("the running average is chosen before the last step, and prefixes are stripped", () => {
  expect(found(checkpoint({ "G_model.": 1, "G_ema_model.": 2 }))).toBe(2);
  expect(found(checkpoint({ "G_model.": 1, "G_ema_model.module.": 2 }))).toBe(2);
  expect(found(checkpoint({ "": 3 }))).toBe(3);
  expect(found(checkpoint({ "module.": 4 }))).toBe(4);
});

test("the size comes from the option, the metadata, or is the published one", () => {
  expect(readNetwork(checkpoint({ "": 1 })).shape).toEqual({ size: 512, baseWidth: 2, styleDim: 8, styleLayers: 10 });
  expect(readNetwork(checkpoint({ "": 1 }, { "mmfs.size": "256" })).shape.size).toBe(256);
  expect(readNetwork(checkpoint({ "": 1 }, { "mmfs.size": "256" }), { size: 96 }).shape.size).toBe(96);
  expect(() => readNetwork(checkpoint({ "": 1 }), { size: 100 })).toThrow(/multiple of 16/);
  const half = readFileSync(new URL("../../test/__fixtures__/s32-mapper-half/checkpoint.safetensors", import.meta.url));
  const network = readNetwork(readCheckpoint(half));
  expect([network.shape.size, network.embeddingDim]).toEqual([32, 8]);
});
