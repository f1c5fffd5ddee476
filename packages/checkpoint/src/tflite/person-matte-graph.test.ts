import { readFileSync } from "node:fs";
import { MMFSError } from "@mmfs/core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { convertedMattes, drawnPictures, modelPath, SIDE } from "../../test/parity/person-matte.js";
import { personMatteGraph } from "./person-matte-graph.js";
import { readTfliteModel } from "./tflite-model.js";

const model = new Uint8Array(readFileSync(modelPath));
const recorded = readFileSync(new URL("../../test/__fixtures__/person-matte/litert.f32", import.meta.url));

test("the graph computes what LiteRT computes for a drawn person", async () => {
  const expected = new Float32Array(new Uint8Array(recorded).buffer);
  const [matte] = await convertedMattes(drawnPictures().slice(0, 1));
  const every = matte?.filter((_, i) => i % 4 === 0 && Math.floor(i / SIDE) % 4 === 0) ?? new Float32Array();
  const largest = every.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0);
  expect(every.length).toBe(expected.length);
  expect(largest).toBeLessThan(2e-4);
  // the recorded matte is that of a person, with edges
  expect(expected.filter((value) => value > 0.9).length).toBeGreaterThan(800);
  expect(expected.filter((value) => value > 0.1 && value < 0.9).length).toBeGreaterThan(30);
});

test("a batch gives what its pictures give one by one", async () => {
  const session = await InferenceSession.create(personMatteGraph(model));
  const pictures = [new Float32Array(3 * SIDE * SIDE).fill(0.2), new Float32Array(3 * SIDE * SIDE).fill(0.7)];
  const run = async (data: Float32Array, batch: number) =>
    (await session.run({ image: new Tensor("float32", data, [batch, 3, SIDE, SIDE]) })).matte as Tensor;
  const both = new Float32Array(6 * SIDE * SIDE);
  for (const [i, picture] of pictures.entries()) both.set(picture, i * picture.length);
  const batch = await run(both, 2);
  expect(batch.dims).toEqual([2, 1, SIDE, SIDE]);
  for (const [i, picture] of pictures.entries()) {
    const single = (await run(picture, 1)).data as Float32Array;
    const part = (batch.data as Float32Array).subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    expect(single.every((value, at) => Math.abs(value - (part[at] as number)) < 1e-4)).toBe(true);
  }
  await session.release();
});

test("weights are stored in two bytes each", () => {
  expect(personMatteGraph(model).byteLength).toBeLessThan(model.byteLength * 1.1);
});

test("damaged files are refused with a sentence", () => {
  const refusal = expect.objectContaining({ code: "CHECKPOINT_INVALID" });
  expect(() => personMatteGraph(new Uint8Array())).toThrow(refusal);
  expect(() => personMatteGraph(new TextEncoder().encode("<html>not found</html>"))).toThrow(refusal);
  for (let length = 8; length < model.length; length += 4999) {
    expect(() => personMatteGraph(model.subarray(0, length))).toThrow(refusal);
  }
});

test("whatever bytes are changed, the file is read or refused", () => {
  let state = 7;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  // what is not a weight lies at both ends of the file
  const places = (length: number) => (random(2) === 0 ? random(4096) : length - 1 - random(60_000));
  let refused = 0;
  for (let round = 0; round < 100; round++) {
    const damaged = model.slice();
    for (let i = 0; i < 4; i++) damaged[places(damaged.length)] = [0, 1, 0x7f, 0xff, random(256)][random(5)] as number;
    try {
      personMatteGraph(damaged);
    } catch (error) {
      if (!MMFSError.isInstance(error) || error.code !== "CHECKPOINT_INVALID") throw error;
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(10);
});

test("another model is refused with what to pass instead", () => {
  const landscape = readFileSync(modelPath.replace("segmentation.tflite", "segmentation_landscape.tflite"));
  expect(() => personMatteGraph(landscape)).toThrow(/pass selfie_segmentation.tflite/);
});

test("an operator that is not known is named", () => {
  const text = new TextDecoder("latin1").decode(model);
  const renamed = model.slice();
  renamed.set(new TextEncoder().encode("Abc"), text.indexOf("Convolution2DTransposeBias"));
  expect(readTfliteModel(renamed).operators.at(-2)?.customName).toMatch(/^Abcvolution/);
  expect(() => personMatteGraph(renamed)).toThrow(/Abcvolution2DTransposeBias/);
});
