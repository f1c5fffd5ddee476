import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  type Arithmetic,
  type Checkpoint,
  decoderGraph,
  encoderGraph,
  mapperGraph,
  mappingGraph,
  readCheckpoint,
  readNetwork,
} from "../../src/index.js";

/** How far a graph is from PyTorch. */
export interface Parity {
  part: "encoder" | "decoder" | "mapping" | "mapper";
  arithmetic: Arithmetic;
  /** Largest absolute difference of any element. */
  largest: number;
  /** Peak signal-to-noise ratio in dB, for values that span 2 as pictures do. */
  psnr: number;
}

export interface CompareOptions {
  /** @default ["fp32", "fp16"] */
  arithmetics?: readonly Arithmetic[];
  /** The execution provider of onnxruntime. @default "cpu" */
  device?: "cpu" | "webgpu";
}

const NOISES = Array.from({ length: 9 }, (_, i) => `noise_${i}`);

/**
 * Runs every graph of a checkpoint and compares with what PyTorch computed.
 *
 * @param io the `io.safetensors` of `python -m mmfs_training.reference`
 */
export async function compareWithPyTorch(
  checkpoint: Uint8Array,
  io: Uint8Array,
  size: number,
  { arithmetics = ["fp32", "fp16"], device = "cpu" }: CompareOptions = {},
): Promise<Parity[]> {
  const difference = (...args: DifferenceArguments) => measureDifference(device, ...args);
  const network = readNetwork(readCheckpoint(checkpoint), { size });
  const reference = readCheckpoint(io);
  const rows: Parity[] = [];
  for (const arithmetic of arithmetics) {
    rows.push({
      part: "encoder",
      arithmetic,
      ...(await difference(encoderGraph(network, arithmetic), reference, { image: "image" }, ["features", "features"])),
    });
    const inputs = { features: "features", wplus: "wplus", ...Object.fromEntries(NOISES.map((name) => [name, name])) };
    rows.push({
      part: "decoder",
      arithmetic,
      ...(await difference(decoderGraph(network, arithmetic), reference, inputs, ["image", "decoded"])),
    });
  }
  rows.push({
    part: "mapping",
    arithmetic: "fp32",
    ...(await difference(mappingGraph(network), reference, { z: "z" }, ["w", "w"])),
  });
  if (network.embeddingDim !== undefined)
    rows.push({
      part: "mapper",
      arithmetic: "fp32",
      ...(await difference(mapperGraph(network), reference, { embedding: "embedding" }, ["wplus", "mapper_wplus"])),
    });
  return rows;
}

type DifferenceArguments = [
  graph: Uint8Array,
  reference: Checkpoint,
  inputs: Readonly<Record<string, string>>,
  outputs: readonly [output: string, expected: string],
];

async function measureDifference(
  device: string,
  ...[graph, reference, inputs, [output, expectedName]]: DifferenceArguments
): Promise<{ largest: number; psnr: number }> {
  const tensor = (name: string) => {
    const stored = reference.tensors.get(name);
    if (!stored) throw new Error(`the reference lacks ${name}`);
    return { values: stored.toFloat32(), shape: [...stored.shape] };
  };
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([input, name]) => {
      const { values, shape } = tensor(name);
      return [input, new Tensor("float32", values, shape)];
    }),
  );
  const session = await InferenceSession.create(graph, { executionProviders: [device], intraOpNumThreads: 2 });
  const results = await session.run(feeds);
  await session.release();
  const actual = results[output];
  const expected = tensor(expectedName);
  if (!actual || String(actual.dims) !== String(expected.shape)) {
    throw new Error(`${output} has shape [${actual?.dims}] instead of [${expected.shape}]`);
  }
  const data = actual.data as Float32Array;
  let largest = 0;
  let squares = 0;
  for (const [i, value] of expected.values.entries()) {
    const distance = Math.abs(value - (data[i] as number));
    // written so that a NaN counts as the worst
    if (!(distance <= largest)) largest = distance;
    squares += distance * distance;
  }
  return { largest, psnr: 10 * Math.log10((4 * data.length) / squares) };
}
