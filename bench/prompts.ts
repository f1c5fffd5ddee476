/**
 * How long a prompt and a reference picture take to become a style code: tokenizer, tower and mapper, on the CPU.
 *
 *     npm run prompts -- [--bundle FOLDER] [--clip-size] [--threads N] [--runs N]
 *
 * Cold is the first code of a style encoder that was just made: files are read and checked, graphs loaded. Warm is the
 * median over prompts or pictures of which each is new, since those asked before are remembered. `--clip-size` adds a CLIP of the
 * size of ViT-B/32 with random weights.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type ClipStyleEncoder, createStyleEncoder } from "@mmfs/clip-mapper";
import { type Bundle, loadBundle, type Picture, type StyleCode } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource, NodeRuntime } from "@mmfs/node";
import sharp from "sharp";
import { writeRandomClip } from "./random-clip.js";

const TECHNIQUES = [
  "watercolor painting",
  "charcoal drawing",
  "oil portrait",
  "ink etching",
  "pastel sketch",
  "woodcut",
];
const SUBJECTS = ["of a young woman", "with loose brush strokes", "on rough grey paper", "from the nineteenth century"];
const COLOURS = ["in muted earth tones", "in bright red and blue", "in black and white", "in warm evening light"];
/** 96 sentences of 8 to 10 words. */
const PROMPTS = TECHNIQUES.flatMap((technique) =>
  SUBJECTS.flatMap((subject) => COLOURS.map((colour) => `${technique} ${subject} ${colour}`)),
);
const PICTURE_SIDE = 512;
const UNTIMED = 3;
const COLD_STARTS = 3;

/** Milliseconds from a prompt or picture to its code. */
interface Times {
  cold: number;
  warm: number;
  slowest: number;
}

interface Measured {
  prompt: Times;
  picture: Times;
}

const { values: given } = parseArgs({
  options: {
    bundle: { type: "string", default: fileURLToPath(bundleUrl) },
    "clip-size": { type: "boolean", default: false },
    threads: { type: "string", default: "2" },
    runs: { type: "string", default: "40" },
  },
});
const [threads, runs] = [Number(given.threads), Number(given.runs)];

if (!(Number.isSafeInteger(threads) && threads >= 1)) {
  complain(`--threads is a whole number of at least 1, not ${given.threads}.`);
} else if (!(Number.isSafeInteger(runs) && runs >= 1 && runs <= PROMPTS.length - UNTIMED)) {
  complain(`--runs is a whole number from 1 to ${PROMPTS.length - UNTIMED}, not ${given.runs}.`);
} else {
  await compare();
}

async function compare(): Promise<void> {
  const pictures = await makePictures(UNTIMED + runs);
  const bundle = await loadBundle(new FolderSource(given.bundle));
  const missing = (["mapper", "textTower", "tokenizer", "imageTower"] as const).filter((part) => !bundle.has(part));
  let own: Measured | undefined;
  if (missing.length === 0) own = await measure(bundle, pictures);
  else complain(`The bundle ${given.bundle} has no ${missing.join(", ")}; name one with towers by --bundle.`);

  const clip = given["clip-size"] ? await measureClip(pictures) : undefined;
  if (own === undefined && clip === undefined) return;
  console.log(
    `To a style code, CPU, ${threads} threads; cold is the median of ${COLD_STARTS} starts, warm that of ${runs} different ` +
      `sentences of 8 to 10 words, or decoded pictures of ${PICTURE_SIDE} × ${PICTURE_SIDE} px\n`,
  );
  console.log(
    "| from | towers | cold, ms | warm, ms | slowest, ms | target, ms | warm / target | reached | warm / the bundle's |",
  );
  console.log("|---|---|--:|--:|--:|--:|--:|---|--:|");
  for (const from of ["prompt", "picture"] as const) {
    if (own !== undefined)
      printRow([from, bundle.manifest.name], own[from], own[from], from === "prompt" ? 30 : undefined);
    if (clip !== undefined) {
      printRow([from, "size of ViT-B/32"], clip[from], own?.[from], from === "prompt" ? 150 : undefined);
    }
  }
}

async function measureClip(pictures: readonly Picture[]): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), "mmfs-clip-size-"));
  try {
    const words = PROMPTS.flatMap((prompt) => prompt.split(" "));
    await writeRandomClip(folder, words);
    return await measure(await loadBundle(new FolderSource(folder)), pictures);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(bundle: Bundle, pictures: readonly Picture[]): Promise<Measured> {
  // Those of one technique alike would be those of one length.
  const prompts = PROMPTS.map((_, i) => PROMPTS[(i * 37) % PROMPTS.length] ?? "");
  return {
    prompt: await timesOf(bundle, prompts, (encoder, prompt) => encoder.fromText(prompt)),
    picture: await timesOf(bundle, pictures, (encoder, picture) => encoder.fromImage(picture)),
  };
}

async function timesOf<T>(
  bundle: Bundle,
  inputs: readonly T[],
  encode: (encoder: ClipStyleEncoder, input: T) => Promise<StyleCode>,
): Promise<Times> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let start = 0; start < COLD_STARTS; start += 1) {
    const runtime = new NodeRuntime({ threads });
    const encoder = await createStyleEncoder({ bundle, runtime });
    const timed = start < COLD_STARTS - 1 ? inputs.slice(0, 1) : inputs.slice(0, UNTIMED + runs);
    for (const [index, input] of timed.entries()) {
      const begin = performance.now();
      await encode(encoder, input);
      const time = performance.now() - begin;
      if (index === 0) cold.push(time);
      else if (index >= UNTIMED) warm.push(time);
    }
    await encoder.dispose();
    await runtime.dispose();
  }
  return { cold: median(cold), warm: median(warm), slowest: Math.max(...warm) };
}

async function makePictures(count: number): Promise<Picture[]> {
  const portrait = fileURLToPath(new URL("../docs/assets/astronaut.jpg", import.meta.url));
  const pictures: Picture[] = [];
  for (let index = 0; index < count; index += 1) {
    const { data, info } = await sharp(portrait)
      .resize(PICTURE_SIDE, PICTURE_SIDE)
      .modulate({ hue: Math.round((360 * index) / count) })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    pictures.push({ width: info.width, height: info.height, data: new Uint8ClampedArray(data) });
  }
  return pictures;
}

function printRow(
  names: readonly [from: string, towers: string],
  times: Times,
  own: Times | undefined,
  target: number | undefined,
): void {
  const { cold, warm, slowest } = times;
  const goal =
    target === undefined ? ["", "", ""] : [`${target}`, (warm / target).toFixed(2), warm <= target ? "yes" : "no"];
  const ratio = own === undefined ? "" : (warm / own.warm).toFixed(2);
  const cells = [...names, cold.toFixed(0), warm.toFixed(1), slowest.toFixed(1), ...goal, ratio];
  console.log(`| ${cells.join(" | ")} |`);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function complain(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
