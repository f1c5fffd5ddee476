import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { decoderGraph, encoderGraph, mappingGraph, readCheckpoint, readNetwork } from "../../src/index.js";
import { compareWithPyTorch } from "./compare.js";

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`../__fixtures__/${path}`, import.meta.url)));

test.each([
  ["s32", 3],
  ["s48-odd", 3],
  ["s32-half", 3],
  ["s32-mapper-half", 4],
  ["s32-mapper-narrow", 4],
  ["detail", 2, "io-32x80"],
])("the graphs of %s compute what PyTorch computes", async (folder, parts, io = "io") => {
  const rows = await compareWithPyTorch(
    fixture(`${folder}/checkpoint.safetensors`),
    fixture(`${folder}/${io}.safetensors`),
  );
  expect(rows.filter(({ arithmetic }) => arithmetic === "fp32")).toHaveLength(parts);
  for (const { part, arithmetic, largest, psnr } of rows) {
    const name = `${part} ${arithmetic}`;
    if (arithmetic === "fp32") expect(largest, name).toBeLessThan(1e-3);
    else expect(psnr, name).toBeGreaterThan(45);
    // a CPU widens fp16 arithmetic, so what is left there is the rounding of weights that were not float16 before
    if (arithmetic === "fp16" && !/half|detail/.test(folder))
      expect(largest, `${name} is rounded`).toBeGreaterThan(1e-6);
  }
});

test("the three file formats give the same graphs, byte for byte", () => {
  const networks = ["checkpoint.pth", "checkpoint-legacy.pth", "checkpoint.safetensors"].map((name) =>
    readNetwork(readCheckpoint(fixture(`s32/${name}`))),
  );
  for (const write of [encoderGraph, decoderGraph, mappingGraph]) {
    const [zip, ...others] = networks.map((network) => write(network, "fp32"));
    for (const other of others) expect(Buffer.compare(zip as Uint8Array, other)).toBe(0);
  }
});

test("one noise map serves a whole batch, and a batch gives what its pictures give one by one", async () => {
  const network = readNetwork(readCheckpoint(fixture("s48-odd/checkpoint.safetensors")));
  const io = readCheckpoint(fixture("s48-odd/io.safetensors"));
  const session = await InferenceSession.create(decoderGraph(network, "fp32"));
  /** Samples `first` to `first + count` of an input. */
  const part = (name: string, first: number, count: number) => {
    const { shape, toFloat32 } = io.tensors.get(name) ?? { shape: [], toFloat32: () => new Float32Array() };
    const length = shape.slice(1).reduce((a, b) => a * b, 1);
    return new Tensor("float32", toFloat32().slice(first * length, (first + count) * length), [
      count,
      ...shape.slice(1),
    ]);
  };
  const decode = async (first: number, count: number) => {
    const noises = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`noise_${i}`, part(`noise_${i}`, 0, 1)]));
    const feeds = { features: part("features", first, count), wplus: part("wplus", first, count), ...noises };
    return Array.from((await session.run(feeds)).image?.data as Float32Array);
  };
  const together = await decode(0, 2);
  const alone = [...(await decode(0, 1)), ...(await decode(1, 1))];
  expect(together).toHaveLength(2 * 3 * 48 * 48);
  const largest = together.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (alone[i] as number))), 0);
  expect(largest).toBeLessThan(1e-5);
  await session.release();
});
