import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Checkpoint, CheckpointTensor } from "../reading/checkpoint.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { networkLayout } from "./network-layout.js";
import { readNetwork } from "./read-network.js";

/** A checkpoint whose tensors are all `value`, under each of the prefixes. */
function checkpoint(
  prefixes: Record<string, number>,
  metadata: Record<string, string> = {},
  layout: ReadonlyMap<string, readonly number[]> = networkLayout(2, 8),
): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  for (const [prefix, value] of Object.entries(prefixes)) {
    for (const [key, shape] of layout) {
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
  for (const [key, shape] of networkLayout(64, 512, { mapper: true })) {
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

test("the resolution comes from the option, the metadata, or is the published one, and the live one is half of it", () => {
  const resolution = (metadata: Record<string, string>, size?: number) =>
    Object.values(readNetwork(checkpoint({ "": 1 }, metadata), { size }).shape.resolution);
  expect(resolution({})).toEqual([512, 256]);
  expect(resolution({ "mmfs.size": "256" })).toEqual([256, 128]);
  expect(resolution({ "mmfs.size": "256" }, 1024)).toEqual([1024, 512]);
  expect(resolution({}, 272)).toEqual([272, 128]);
  expect(resolution({}, 304)).toEqual([304, 144]);
  // a network may have been trained with squares that are too small for any use
  expect(resolution({ "mmfs.size": "32" })).toEqual([128, 128]);
  for (const size of [100, 112, 1040]) expect(() => resolution({}, size)).toThrow(/multiple of 16 from 128 to 1024/);
  expect(() => resolution({ "mmfs.size": "100" })).toThrow(/mmfs\.size is 100/);
});

test("sizes come from the shapes, and the detail path from its keys", () => {
  const shape = { baseWidth: 2, styleDim: 8, styleLayers: 10, detail: false };
  expect(readNetwork(checkpoint({ "": 1 })).shape).toMatchObject(shape);
  const detailed = networkLayout(2, 8, { detail: true });
  expect(readNetwork(checkpoint({ "": 1 }, {}, detailed)).shape).toMatchObject({ ...shape, detail: true });
  expect([detailed.get("detail1.weight"), detailed.get("detail2.weight")]).toEqual([
    [16, 8, 1, 1],
    [8, 4, 1, 1],
  ]);
  detailed.delete("detail2.weight");
  expect(() => readNetwork(checkpoint({ "": 1 }, {}, detailed))).toThrow(/lacks detail2\.weight/);
  const half = readFileSync(new URL("../../test/__fixtures__/s32-mapper-half/checkpoint.safetensors", import.meta.url));
  expect(readNetwork(readCheckpoint(half)).embeddingDim).toBe(8);
});
