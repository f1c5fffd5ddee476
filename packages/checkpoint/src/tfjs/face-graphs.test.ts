import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { expect, test } from "vitest";
import { faceDetectorGraph, faceLandmarksGraph } from "./face-graphs.js";

const human = pathToFileURL(createRequire(import.meta.url).resolve("@vladmandic/human"));
const asset = (path: string) => readFile(new URL(`../${path}`, human));

test("the detector computes what TensorFlow.js computes, for noise and for a photo", { timeout: 120_000 }, async () => {
  const [json, weights] = [(await asset("models/blazeface.json")).toString(), await asset("models/blazeface.bin")];
  const graph = faceDetectorGraph(json, weights);
  const session = await InferenceSession.create(graph);
  const reference = await referenceModel(json, weights);
  const photo = await pictureAs(256, -1, 1);
  for (const image of [noise(256, -1, 1), photo]) {
    const { boxes, scores } = await session.run({
      image: new Tensor("float32", channelsFirst(image, 256), [1, 3, 256, 256]),
    });
    const [fineBoxes, coarseBoxes, fineLogits, coarseLogits] = await reference(image, 256, [
      "Identity_2:0",
      "Identity_3:0",
      "Identity:0",
      "Identity_1:0",
    ]);
    expect(boxes?.dims).toEqual([1, 896, 16]);
    expect(scores?.dims).toEqual([1, 896]);
    const boxDifference = difference(boxes?.data, [...(fineBoxes ?? []), ...(coarseBoxes ?? [])]);
    const logits = [...(fineLogits ?? []), ...(coarseLogits ?? [])];
    const scoreDifference = difference(
      scores?.data,
      logits.map((logit) => 1 / (1 + Math.exp(-logit))),
    );
    console.log(`detector against TensorFlow.js: boxes ${boxDifference} px, scores ${scoreDifference}`);
    expect(boxDifference).toBeLessThan(1e-3);
    expect(scoreDifference).toBeLessThan(1e-5);
  }
  await session.release();
});

test("the landmarks are what TensorFlow.js computes, for noise and for a photo", { timeout: 120_000 }, async () => {
  const [json, weights] = [(await asset("models/facemesh.json")).toString(), await asset("models/facemesh.bin")];
  const graph = faceLandmarksGraph(json, weights);
  const session = await InferenceSession.create(graph);
  const reference = await referenceModel(json, weights);
  for (const image of [noise(192, 0, 1), await pictureAs(192, 0, 1)]) {
    const { landmarks, presence } = await session.run({
      image: new Tensor("float32", channelsFirst(image, 192), [1, 3, 192, 192]),
    });
    const [mesh, flag] = await reference(image, 192, ["Identity_2:0", "Identity_1:0"]);
    expect(landmarks?.dims).toEqual([1, 468, 3]);
    expect(presence?.dims).toEqual([1]);
    const landmarkDifference = difference(landmarks?.data, mesh ?? []);
    const presenceDifference = difference(presence?.data, flag ?? []);
    console.log(`landmarks against TensorFlow.js: points ${landmarkDifference} px, presence ${presenceDifference}`);
    expect(landmarkDifference).toBeLessThan(1e-3);
    expect(presenceDifference).toBeLessThan(1e-5);
  }
  await session.release();
});

test("a batch gives what its pictures give one by one", async () => {
  const graph = faceDetectorGraph(
    (await asset("models/blazeface.json")).toString(),
    await asset("models/blazeface.bin"),
  );
  const session = await InferenceSession.create(graph);
  const first = channelsFirst(noise(256, -1, 1), 256);
  const second = channelsFirst(await pictureAs(256, -1, 1), 256);
  const both = new Float32Array(first.length * 2);
  both.set(first);
  both.set(second, first.length);
  const batch = await session.run({ image: new Tensor("float32", both, [2, 3, 256, 256]) });
  const single = await session.run({ image: new Tensor("float32", second, [1, 3, 256, 256]) });
  expect(batch.scores?.dims).toEqual([2, 896]);
  const ofSecond = (batch.boxes as Tensor).data.slice(896 * 16) as Float32Array;
  expect(difference(single.boxes?.data, [...ofSecond])).toBeLessThan(1e-3);
  await session.release();
});

test("weights are stored in two bytes each and nothing is lost", async () => {
  const weights = await asset("models/blazeface.bin");
  const graph = faceDetectorGraph((await asset("models/blazeface.json")).toString(), weights);
  expect(graph.byteLength).toBeLessThan(weights.byteLength * 0.65);
});

test("another model is refused with what to pass instead", async () => {
  const [json, weights] = [(await asset("models/facemesh.json")).toString(), await asset("models/facemesh.bin")];
  expect(() => faceDetectorGraph(json, weights)).toThrow(/not the one expected/);
});

async function referenceModel(json: string, weights: Uint8Array) {
  const { modelTopology, weightsManifest, signature, userDefinedMetadata } = JSON.parse(json);
  const weightData = new Uint8Array(weights).buffer;
  const weightSpecs = weightsManifest.flatMap((group: { weights: object[] }) => group.weights);
  const model = await loadGraphModel({
    load: async () => ({ modelTopology, weightSpecs, weightData, signature, userDefinedMetadata }),
  });
  return async (image: Float32Array, size: number, outputs: string[]) => {
    const results = model.execute(tf.tensor(image, [1, size, size, 3]), outputs) as tf.Tensor[];
    return Promise.all(results.map((result) => result.data()));
  };
}

function difference(actual: unknown, expected: ArrayLike<number>): number {
  const values = actual as Float32Array;
  expect(values.length).toBe(expected.length);
  return values.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (expected[index] ?? Number.NaN))),
    0,
  );
}

/** `[size, size, 3]`, as TensorFlow has pictures. */
function noise(size: number, low: number, high: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: size * size * 3 }, () => {
    state = (state * 48271) % 2147483647;
    return low + ((high - low) * state) / 2147483647;
  });
}

/** The second picture of the package's sample strip, a portrait, `[size, size, 3]`. */
async function pictureAs(size: number, low: number, high: number): Promise<Float32Array> {
  const bytes = await sharp(await asset("assets/samples.jpg"))
    .extract({ left: 190, top: 0, width: 110, height: 110 })
    .resize(size, size)
    .removeAlpha()
    .raw()
    .toBuffer();
  return Float32Array.from(bytes, (byte) => low + ((high - low) * byte) / 255);
}

function channelsFirst(image: Float32Array, size: number): Float32Array {
  const area = size * size;
  return Float32Array.from(image, (_, index) => image[(index % area) * 3 + Math.floor(index / area)] as number);
}
