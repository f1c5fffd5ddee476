/**
 * Speed of the stylizing networks at the published size (S 512, ngf 64, D 512): one picture, float32, CPU, two threads.
 *
 *     npx tsx --conditions=@mmfs/source networks.ts
 *
 * Everything is told as a ratio to something measured in the same run: the arithmetic to a 2048×2048×2048 MatMul in
 * the same runtime, the time to the PyTorch module in eager mode (`python -m mmfs_training reference --time`, when `MMFS_PYTHON`,
 * `training/.venv` or `python3` has PyTorch). Rounds alternate, so that a busy computer slows both sides.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decoderGraph, encoderGraph, GraphBuilder, type Network, networkLayout } from "@mmfs/checkpoint";
import { RandomGenerator } from "@mmfs/core/internal";
import { InferenceSession, Tensor } from "onnxruntime-node";

const SIZE = 512;
const SHAPE = {
  baseWidth: 64,
  styleDim: 512,
  styleLayers: 10,
  detail: false,
  resolution: { default: SIZE, live: SIZE / 2 },
} as const;
/** Multiply-adds of encoder and decoder, twice; see the paper's network at this size. */
const PICTURE_GFLOP = 168;
const MATMUL_SIDE = 2048;
const THREADS = 2;
const ROUNDS = 16;
const TARGETS = { matmul: 0.8, pytorch: 0.6, megabytes: 1300 };

type Feeds = Record<string, Tensor>;

function randomTensor(shape: readonly number[], seed: number): Tensor {
  const length = shape.reduce((a, b) => a * b, 1);
  return new Tensor("float32", new RandomGenerator(seed).normals(length), [...shape]);
}

/** Speed does not depend on what the weights are. */
function randomNetwork(): Network {
  const layout = networkLayout(SHAPE.baseWidth, SHAPE.styleDim);
  return {
    shape: SHAPE,
    embeddingDim: undefined,
    feedForward: undefined,
    weights: (key) => new RandomGenerator(key.length).normals((layout.get(key) ?? []).reduce((a, b) => a * b, 1)),
  };
}

function pictureFeeds(): { encoder: Feeds; decoder: Feeds } {
  const { baseWidth, styleDim, styleLayers } = SHAPE;
  const size = SIZE;
  const sides = [16, 8, 8, 4, 4, 2, 2, 1, 1].map((factor) => size / factor);
  return {
    encoder: { image: randomTensor([1, 3, size, size], 1) },
    decoder: {
      features: randomTensor([1, 8 * baseWidth, size / 16, size / 16], 2),
      wplus: randomTensor([1, styleLayers, styleDim], 3),
      ...Object.fromEntries(sides.map((side, i) => [`noise_${i}`, randomTensor([1, 1, side, side], 4 + i)])),
    },
  };
}

async function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, { intraOpNumThreads: THREADS, executionMode: "sequential" });
}

async function milliseconds(session: InferenceSession, feeds: Feeds): Promise<number> {
  const start = performance.now();
  await session.run(feeds);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] as number;
}

/** One float32 MatMul of two inputs as a model. */
async function writeMatMul(path: string): Promise<void> {
  const graph = new GraphBuilder("matmul");
  const shape = [MATMUL_SIDE, MATMUL_SIDE];
  graph.input("a", shape);
  graph.input("b", shape);
  graph.node("MatMul", ["a", "b"], {}, "c");
  graph.output("c", shape);
  await writeFile(path, graph.finish());
}

interface TorchTime {
  medianMs: number;
  torch: string;
}

function timePyTorch(): TorchTime | undefined {
  const training = fileURLToPath(new URL("../training", import.meta.url));
  for (const python of [process.env.MMFS_PYTHON, join(training, ".venv", "bin", "python"), "python3"]) {
    if (!python || (python.includes("/") && !existsSync(python))) continue;
    const { baseWidth, styleDim } = SHAPE;
    const sizes = ["--size", `${SIZE}`, "--ngf", `${baseWidth}`, "--style-dim", `${styleDim}`];
    const args = ["-m", "mmfs_training", "reference", "--time", "--threads", `${THREADS}`, ...sizes];
    const { status, stdout } = spawnSync(python, args, { cwd: training, encoding: "utf8" });
    if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1) as string) as TorchTime;
  }
  return undefined;
}

/** What a process needs that loads both graphs and makes one picture. */
async function printPeakMemory(folder: string): Promise<void> {
  const feeds = pictureFeeds();
  for (const part of ["encoder", "decoder"] as const) {
    const session = await openSession(join(folder, `${part}.onnx`));
    await session.run(feeds[part]);
  }
  console.log(process.resourceUsage().maxRSS / 1024);
}

function peakMegabytes(folder: string): number {
  const args = ["--conditions=@mmfs/source", "--import", "tsx", fileURLToPath(import.meta.url), "--memory", folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}

async function measure(folder: string): Promise<void> {
  const network = randomNetwork();
  await writeFile(join(folder, "encoder.onnx"), encoderGraph(network, "fp32"));
  await writeFile(join(folder, "decoder.onnx"), decoderGraph(network, "fp32"));
  await writeMatMul(join(folder, "matmul.onnx"));
  const [encoder, decoder, matmul] = await Promise.all(
    ["encoder", "decoder", "matmul"].map((name) => openSession(join(folder, `${name}.onnx`))),
  );
  if (!encoder || !decoder || !matmul) throw new Error("unreachable");
  const feeds = pictureFeeds();
  const square = [MATMUL_SIDE, MATMUL_SIDE];
  const factors = { a: randomTensor(square, 1), b: randomTensor(square, 2) };

  const times = { encoder: [] as number[], decoder: [] as number[], matmul: [] as number[] };
  const rounds = async (count: number) => {
    for (let round = -2; round < count; round++) {
      const [m, e, d] = [
        await milliseconds(matmul, factors),
        await milliseconds(encoder, feeds.encoder),
        await milliseconds(decoder, feeds.decoder),
      ];
      if (round < 0) continue;
      times.matmul.push(m);
      times.encoder.push(e);
      times.decoder.push(d);
    }
  };
  await rounds(ROUNDS / 2);
  const torch = timePyTorch();
  await rounds(ROUNDS / 2);

  const picture = median(times.encoder) + median(times.decoder);
  const matmulSpeed = (2 * MATMUL_SIDE ** 3) / median(times.matmul) / 1e6;
  const speed = (PICTURE_GFLOP * 1000) / picture;
  const memory = peakMegabytes(folder);
  const verdict = (good: boolean) => (good ? "yes" : "no");
  console.log(
    `S ${SIZE}, ngf ${SHAPE.baseWidth}, D ${SHAPE.styleDim}; one picture, float32, CPU, ${THREADS} threads; medians of ${ROUNDS} rounds\n`,
  );
  console.log("| what | measured | compared with | ratio | target | reached |");
  console.log("|---|---|---|---|---|---|");
  console.log(`| encoder | ${median(times.encoder).toFixed(0)} ms | | | | |`);
  console.log(`| decoder | ${median(times.decoder).toFixed(0)} ms | | | | |`);
  console.log(
    `| encoder + decoder | ${speed.toFixed(0)} GFLOP/s | MatMul of ${MATMUL_SIDE}, ${matmulSpeed.toFixed(0)} GFLOP/s | ` +
      `${(speed / matmulSpeed).toFixed(2)} | ≥ ${TARGETS.matmul} | ${verdict(speed / matmulSpeed >= TARGETS.matmul)} |`,
  );
  if (torch) {
    const ratio = picture / torch.medianMs;
    console.log(
      `| encoder + decoder | ${picture.toFixed(0)} ms | PyTorch ${torch.torch} eager, ${torch.medianMs.toFixed(0)} ms | ` +
        `${ratio.toFixed(2)} | ≤ ${TARGETS.pytorch} | ${verdict(ratio <= TARGETS.pytorch)} |`,
    );
  } else {
    console.log("| encoder + decoder | | PyTorch is not here: set MMFS_PYTHON | | | |");
  }
  console.log(
    `| peak memory | ${memory.toFixed(0)} MB | | | < ${TARGETS.megabytes} MB | ${verdict(memory < TARGETS.megabytes)} |`,
  );
}

const [mode, given] = process.argv.slice(2);
if (mode === "--memory" && given) {
  await printPeakMemory(given);
} else {
  const folder = await mkdtemp(join(tmpdir(), "mmfs-networks-"));
  try {
    await measure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
