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
 * @param io the `io.safetensors` of `python -m mmfs_training reference` or of `sizes_reference.py`
 */
export async function compareWithPyTorch(
  checkpoint: Uint8Array,
  io: Uint8Array,
  { arithmetics = ["fp32", "fp16"], device = "cpu" }: CompareOptions = {},
): Promise<Parity[]> {
  const difference = (...args: DifferenceArguments) => measureDifference(device, ...args);
  const network = readNetwork(readCheckpoint(checkpoint));
  const reference = readCheckpoint(io);
  const features = ["features", ...(network.shape.detail ? ["features_8", "features_4"] : [])];
  const same = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));
  const rows: Parity[] = [];
  for (const arithmetic of arithmetics) {
    rows.push({
      part: "encoder",
      arithmetic,
      ...(await difference(encoderGraph(network, arithmetic), reference, same(["image"]), same(features))),
    });
    const inputs = same([...features, "wplus", ...NOISES]);
    rows.push({
      part: "decoder",
      arithmetic,
      ...(await difference(decoderGraph(network, arithmetic), reference, inputs, { image: "decoded" })),
    });
  }
  if (reference.tensors.has("z"))
    rows.push({
      part: "mapping",
      arithmetic: "fp32",
      ...(await difference(mappingGraph(network), reference, same(["z"]), same(["w"]))),
    });
  if (network.embeddingDim !== undefined)
    rows.push({
      part: "mapper",
      arithmetic: "fp32",
      ...(await difference(mapperGraph(network), reference, same(["embedding"]), { wplus: "mapper_wplus" })),
    });
  return rows;
}

type DifferenceArguments = [
  graph: Uint8Array,
  reference: Checkpoint,
  inputs: Readonly<Record<string, string>>,
  /** The name of what is expected, for each output. */
  outputs: Readonly<Record<string, string>>,
];

async function measureDifference(
  device: string,
  ...[graph, reference, inputs, outputs]: DifferenceArguments
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
  const session = await InferenceSession.create(graph, {
    executionProviders: [device],
    intraOpNumThreads: 2,
    // nothing of the graph may be left to the CPU, as nothing may in the packages that run it
    ...(device === "cpu" ? {} : { extra: { session: { disable_cpu_ep_fallback: "1" } } }),
  });
  const results = await session.run(feeds);
  await session.release();
  let largest = 0;
  let squares = 0;
  let count = 0;
  for (const [output, expectedName] of Object.entries(outputs)) {
    const actual = results[output];
    const expected = tensor(expectedName);
    if (!actual || String(actual.dims) !== String(expected.shape)) {
      throw new Error(`${output} has shape [${actual?.dims}] instead of [${expected.shape}]`);
    }
    const data = actual.data as Float32Array;
    for (const [i, value] of expected.values.entries()) {
      const distance = Math.abs(value - (data[i] as number));
      // written so that a NaN counts as the worst
      if (!(distance <= largest)) largest = distance;
      squares += distance * distance;
    }
    count += data.length;
  }
  return { largest, psnr: 10 * Math.log10((4 * count) / squares) };
}
