import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import {
  type Checkpoint,
  type ClipDType,
  imageTowerGraph,
  readCheckpoint,
  readClip,
  textTowerGraph,
} from "../../src/index.js";
import { findPython } from "./python.js";

const script = fileURLToPath(new URL("clip_reference.py", import.meta.url));

/** A Python that has PyTorch and transformers. */
export function findTransformers(): string | undefined {
  const python = findPython();
  if (python === undefined) return undefined;
  return spawnSync(python, ["-c", "import transformers, safetensors"]).status === 0 ? python : undefined;
}

/** Options of `clip_reference.py`, as `{ "text-width": 24 }`. */
export type ClipShape = Record<string, number | string>;

/** Runs `clip_reference.py` and returns the folder that it wrote, and what it printed. */
export function makeClip(python: string, shape: ClipShape): { folder: string; printed: string } {
  const folder = mkdtempSync(join(tmpdir(), "mmfs-clip-"));
  const options = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const env = { ...process.env, HF_HUB_OFFLINE: "1" };
  const { status, stdout, stderr } = spawnSync(python, [script, "--out", folder, ...options], {
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`clip_reference.py failed: ${stderr}`);
  return { folder, printed: stdout };
}

/** How far a tower is from `CLIPModel` of transformers. */
export interface ClipParity {
  tower: "text" | "image";
  dtype: ClipDType;
  /** Smallest cosine of the angle between an embedding and the reference's. */
  cosine: number;
  /** Largest absolute difference of any element of the embeddings. */
  largest: number;
  /** Largest difference of an embedding's length from 1. */
  length: number;
  /** Length of the `.onnx` file. */
  bytes: number;
  /** To load the graph, which widens its weights. */
  loadMilliseconds: number;
  /** Median of {@link CompareClipOptions.runs} runs with one text or picture; NaN without such runs. */
  runMilliseconds: number;
}

export interface CompareClipOptions {
  /** @default ["fp32", "fp16", "int8"] */
  dtypes?: readonly ClipDType[];
  /** The file of the weights. @default "model.safetensors" */
  file?: string;
  /** The execution provider of onnxruntime. @default "cpu" */
  device?: "cpu" | "webgpu";
  threads?: number;
  /** Timed runs. @default 0 */
  runs?: number;
}

/** Runs both towers of the CLIP in a folder of {@link makeClip} and compares with what transformers computed. */
export async function compareWithTransformers(folder: string, options: CompareClipOptions = {}): Promise<ClipParity[]> {
  const {
    dtypes = ["fp32", "fp16", "int8"],
    file = "model.safetensors",
    device = "cpu",
    threads = 1,
    runs = 0,
  } = options;
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const clip = readClip(readCheckpoint(read(file)), read("config.json"));
  const reference = readCheckpoint(read("io.safetensors"));
  const rows: ClipParity[] = [];
  for (const tower of ["text", "image"] as const) {
    const [input, inputName] = feed(reference, tower);
    const expected = rowsOf(reference, `${tower}_embedding`);
    for (const dtype of dtypes) {
      const graph = tower === "text" ? textTowerGraph(clip, dtype) : imageTowerGraph(clip, dtype);
      const start = performance.now();
      const session = await InferenceSession.create(graph, {
        executionProviders: [device],
        intraOpNumThreads: threads,
      });
      const loadMilliseconds = performance.now() - start;
      const { embedding } = await session.run({ [inputName]: input });
      const actual = split(embedding?.data as Float32Array, expected.length);
      const one = firstOf(input);
      const times: number[] = [];
      for (let run = 0; run < runs; run++) {
        const begin = performance.now();
        await session.run({ [inputName]: one });
        times.push(performance.now() - begin);
      }
      await session.release();
      rows.push({
        tower,
        dtype,
        cosine: Math.min(...expected.map((row, i) => cosine(row, actual[i] as Float32Array))),
        largest: Math.max(...expected.map((row, i) => largestDifference(row, actual[i] as Float32Array))),
        length: Math.max(...actual.map((row) => Math.abs(Math.sqrt(dot(row, row)) - 1))),
        bytes: graph.length,
        loadMilliseconds,
        runMilliseconds: times.sort((a, b) => a - b)[Math.floor(runs / 2)] ?? Number.NaN,
      });
    }
  }
  return rows;
}

/** The largest cosine between the reference's embeddings of different inputs: how alike they are without any error. */
export function likeness(folder: string, tower: "text" | "image"): number {
  const reference = readCheckpoint(new Uint8Array(readFileSync(join(folder, "io.safetensors"))));
  const rows = rowsOf(reference, `${tower}_embedding`);
  return Math.max(...rows.flatMap((row, i) => rows.slice(i + 1).map((other) => cosine(row, other))));
}

function feed(reference: Checkpoint, tower: "text" | "image"): [Tensor, string] {
  const name = tower === "text" ? "input_ids" : "pixels";
  const { values, shape } = stored(reference, name);
  if (tower === "image") return [new Tensor("float32", values, shape), name];
  return [new Tensor("int64", BigInt64Array.from(values, BigInt), shape), name];
}

function firstOf({ type, data, dims }: Tensor): Tensor {
  const first = (data as Float32Array | BigInt64Array).slice(0, data.length / (dims[0] as number));
  const shape = [1, ...dims.slice(1)];
  return type === "int64"
    ? new Tensor("int64", first as BigInt64Array, shape)
    : new Tensor("float32", first as Float32Array, shape);
}

function rowsOf(reference: Checkpoint, name: string): Float32Array[] {
  const { values, shape } = stored(reference, name);
  return split(values, shape[0] as number);
}

function stored(reference: Checkpoint, name: string) {
  const tensor = reference.tensors.get(name);
  if (!tensor) throw new Error(`the reference lacks ${name}`);
  return { values: tensor.toFloat32(), shape: [...tensor.shape] };
}

function split(values: Float32Array, rows: number): Float32Array[] {
  const length = values.length / rows;
  return Array.from({ length: rows }, (_, row) => values.subarray(row * length, (row + 1) * length));
}

function dot(left: Float32Array, right: Float32Array): number {
  if (left.length !== right.length) return Number.NaN;
  return left.reduce((sum, value, i) => sum + value * (right[i] as number), 0);
}

function cosine(left: Float32Array, right: Float32Array): number {
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}

function largestDifference(left: Float32Array, right: Float32Array): number {
  return Math.max(...left.map((value, i) => Math.abs(value - (right[i] as number))));
}
