/**
 * How long a photo takes from its file to the file of its picture, stage by stage, where its face alone is painted, at the quick
 * resolution: warm, one megapixel, one face. `whole.ts` measures photos that are painted whole.
 *
 *     npx tsx photo.ts [--bundle FOLDER] [--device DEVICE] [--runs N]
 *
 * The stylizer remembers faces and features of photos that it has seen, so every run has another photo.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadBundle } from "@mmfs/core";
import { noiseMaps } from "@mmfs/core/internal";
import { bundleUrl } from "@mmfs/model-mini";
import { createStylizer, type Device, FolderSource, NodeRuntime } from "@mmfs/node";
import { Tensor } from "onnxruntime-node";
import sharp from "sharp";

const { values: given } = parseArgs({
  options: {
    bundle: { type: "string", default: fileURLToPath(bundleUrl) },
    device: { type: "string", default: "cpu" },
    runs: { type: "string", default: "11" },
  },
});
const bundle = given.bundle;
const device = given.device as Device;
const runs = Number(given.runs);

const SIDE = 1000;
const STAGES = ["decode", "map", "detect", "align", "encode", "stylize", "composite", "write"] as const;
/** Node's own histogram counts the interval of its timer as delay. */
const RESOLUTION = 1;

const portrait = fileURLToPath(new URL("../docs/assets/astronaut.jpg", import.meta.url));
const cli = fileURLToPath(new URL("../packages/node/bin/mmfs.mjs", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "mmfs-bench-"));
try {
  const photos = await makePhotos(runs + 2);
  const warm = await measureWarm(photos);
  const networks = await measureNetworks();
  const cold = measureCold(photos[0] ?? portrait);

  const { model } = cpus()[0] ?? { model: "unknown" };
  console.log(
    `${warm.name}, ${device}, ${SIDE} × ${SIDE} px JPEG to JPEG, median of ${runs} on ${cpus().length} × ${model}\n`,
  );
  for (const stage of STAGES) line(stage, median(warm.stages[stage]));
  line("between threads, waiting", median(warm.rest));
  line("in all", median(warm.totals));
  console.log();
  line("the two networks alone", networks.encoder + networks.decoder);
  line("everything around them", median(warm.totals) - networks.encoder - networks.decoder);
  const around = (median(warm.totals) - networks.encoder - networks.decoder) / (networks.encoder + networks.decoder);
  console.log(`${"around / networks".padEnd(26)}${around.toFixed(2).padStart(9)}`);
  console.log();
  line("longest event loop block", warm.blocked);
  line("mmfs stylize, cold, in all", cold);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function makePhotos(count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_value, index) => join(folder, `photo-${index}.jpg`));
  for (const [index, path] of paths.entries()) {
    const picture = sharp(portrait)
      .resize(SIDE, SIDE)
      .modulate({ brightness: 1 + (index - count / 2) / 100 });
    await picture.jpeg({ quality: 92 }).toFile(path);
  }
  return paths;
}

async function measureWarm(photos: readonly string[]) {
  const stylizer = await createStylizer({ bundle, device });
  const stages = Object.fromEntries(STAGES.map((stage) => [stage, [] as number[]])) as Record<
    (typeof STAGES)[number],
    number[]
  >;
  const totals: number[] = [];
  const rest: number[] = [];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  for (const [index, photo] of photos.entries()) {
    if (index === 2) delay.enable();
    const start = performance.now();
    const result = await stylizer.stylize(photo, { surroundings: "photo", resolution: "live" });
    await result.toFile(join(folder, "out.jpg"));
    const total = performance.now() - start;
    if (index < 2) continue;
    if (result.faces.length !== 1) throw new Error(`${result.faces.length} faces were found where there is one.`);
    for (const stage of STAGES) stages[stage].push(result.timings[stage] ?? 0);
    totals.push(total);
    rest.push(total - STAGES.reduce((sum, stage) => sum + (result.timings[stage] ?? 0), 0));
  }
  delay.disable();
  await stylizer.dispose();
  return { name: stylizer.bundle.name, stages, totals, rest, blocked: delay.max / 1e6 - RESOLUTION };
}

/** Nothing but the runs of encoder and decoder. */
async function measureNetworks() {
  const opened = await loadBundle(new FolderSource(bundle));
  const { styleDim, styleLayers, resolution } = opened.manifest.network;
  const size = resolution.live;
  const runtime = new NodeRuntime();
  const random = (...shape: number[]) => {
    const values = new Float32Array(shape.reduce((product, length) => product * length, 1));
    return new Tensor("float32", values.map(Math.random), shape);
  };
  const noise = noiseMaps({ x: 0, y: 0, width: size, height: size }, 0).map(({ width, height, values }, index) => [
    `noise_${index}`,
    new Tensor("float32", values, [1, 1, height, width]),
  ]);
  const encoder = await runtime.createSession(await opened.part("encoder"), device);
  const decoder = await runtime.createSession(await opened.part("decoder"), device);
  const image = random(1, 3, size, size);
  const features = await encoder.run({ image });
  const style = { ...features, wplus: random(1, styleLayers, styleDim), ...Object.fromEntries(noise) };
  const times = {
    encoder: await medianOf(() => encoder.run({ image })),
    decoder: await medianOf(() => decoder.run(style)),
  };
  await runtime.dispose();
  return times;
}

/** The command from its start to its end, in milliseconds. */
function measureCold(photo: string): number {
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    const args = [
      cli,
      "stylize",
      photo,
      "--surroundings",
      "photo",
      "--resolution",
      "live",
      "-o",
      join(folder, "cold.jpg"),
      "--bundle",
      bundle,
      "--device",
      device,
    ];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`mmfs ended with ${status}: ${stderr}`);
    return performance.now() - start;
  });
  return median(times);
}

async function medianOf(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < runs + 2; count += 1) {
    const start = performance.now();
    await run();
    if (count >= 2) times.push(performance.now() - start);
  }
  return median(times);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function line(label: string, milliseconds: number): void {
  console.log(`${label.padEnd(26)}${milliseconds.toFixed(1).padStart(9)} ms`);
}
