// `npm run smoke [-- --out FOLDER]`: the whole recipe of the training in a minute or two, from pictures to a bundle that
// the built `mmfs` command stylizes with. The networks stay nearly untrained: this proves that everything fits together.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";
import { findPython } from "./find-python.mjs";
import { drawSmokePictures, PORTRAIT } from "./smoke-pictures.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const training = join(root, "training");
const modelMini = join(root, "packages", "model-mini");
const mmfs = join(root, "packages", "node", "bin", "mmfs.mjs");
const config = join(training, "mmfs_training", "configs", "smoke.yaml");

/** Side in pixels at which faces are painted: the least there is. */
const SIZE = 128;
/** Of configs/smoke.yaml. */
const PRESETS = ["negative", "ruddy", "between"];

/** Of the manners, one with a dark ground and one with a light one. */
const MANNERS = ["neon", "pencil"];

const PHOTOS = 24;
const SEED_STYLE = "seed:1";
/** Least mean absolute difference, in levels of 255, of two presets' pictures, and of a picture and its mean colour. */
const LEAST_BETWEEN_PRESETS = 8;
const LEAST_FROM_CONSTANT = 5;
/** The last row of phase 1's losses is at most this part of the first. */
const MOST_LEFT_OF_LOSS = 0.9;
const STAGE_MINUTES = 10;

class SmokeFailure extends Error {}

try {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  await smoke(values.out);
} catch (error) {
  const expected = error instanceof SmokeFailure || String(error.code).startsWith("ERR_PARSE_ARGS");
  console.error(expected ? `smoke: ${error.message}` : error);
  process.exitCode = 1;
}

async function smoke(out) {
  const python = findPython(["torch", "cv2", "numpy", "safetensors", "tqdm", "yaml"]);
  if (!python)
    throw new SmokeFailure("no Python with the training's packages was found; training/README.md installs it");
  if (!existsSync(join(root, "packages", "node", "dist", "cli.js"))) {
    throw new SmokeFailure("the mmfs command is not built; run `npm run build` first");
  }
  const folder = out === undefined ? await mkdtemp(join(tmpdir(), "mmfs-smoke-")) : await emptyFolder(resolve(out));
  await runRecipe(python, folder);
  // after a failure it stays, for the message names files in it
  if (out === undefined) await rm(folder, { recursive: true, force: true });
  console.log(out === undefined ? `${folder} (removed; --out FOLDER keeps everything)` : folder);
}

async function runRecipe(python, folder) {
  const run = join(folder, "run");
  const checkpoint = join(folder, "checkpoint");
  const bundle = join(folder, "bundle");
  const started = performance.now();

  const { photos, art } = await stage("pictures", () => drawSmokePictures(folder, PHOTOS));

  const train = (...args) => execute(python, ["-m", "mmfs_training", ...args], training);
  const phase = (name, ...more) => {
    const where = ["--config", config, "--run", run, "--photos", photos, ...more];
    return stage(`phase ${name}`, () => train(name, ...where, "--device", "cpu", "--no-progress"));
  };
  await phase("prior");
  await phase("encoder");
  await checkLossesFell(join(run, "encoder", "losses.csv"), ["pixel", "features"]);
  await phase("base", "--art", art);
  await stage("export", () => train("export", run, "--out", checkpoint));
  await stage("report", () => train("report", run));
  await checkReport(join(run, "report.html"), ["prior", "encoder", "base"]);

  const build = ["--conditions=@mmfs/source", "--import", "tsx", "scripts/build-bundle.ts", checkpoint, bundle];
  await stage("bundle", () => execute(process.execPath, build, modelMini));
  await stage("mmfs bundle", () => execute(process.execPath, [mmfs, "bundle", bundle], folder));
  const converted = join(folder, "converted");
  const convert = [mmfs, "convert", join(run, "base", "checkpoint.pt"), "-o", converted];
  await stage("mmfs convert of the run's checkpoint", () => execute(process.execPath, convert, folder));
  await stage("mmfs bundle", () => execute(process.execPath, [mmfs, "bundle", converted], folder));
  const listed = await stage("mmfs styles", () =>
    execute(process.execPath, [mmfs, "styles", "--bundle", bundle, "--json"], folder),
  );
  checkStyles(JSON.parse(listed).styles.map(({ name }) => name));

  const stylize = (style, name) => {
    const picture = join(folder, `${name}.png`);
    const args = ["--bundle", bundle, "--style", style, "--device", "cpu", "--crop", "--resolution", String(SIZE)];
    execute(process.execPath, [mmfs, "stylize", PORTRAIT, ...args, "-o", picture], folder);
    return picture;
  };
  const pictures = await stage("mmfs stylize", () =>
    [...PRESETS, SEED_STYLE].map((style) => ({ style, file: stylize(style, style.replace(":", "-")) })),
  );
  await checkPictures(pictures);
  await checkSameBytes(pictures[0].file, stylize(PRESETS[0], "again"));

  await runManners({ train, folder, photos, checkpoint });

  console.log(`all passed ${seconds(started)}`);
}

/** Two manners drawn by the teacher, learnt by the network of the recipe, and painted by the built command. */
async function runManners({ train, folder, photos, checkpoint }) {
  const [pairs, run, model, bundle] = ["pairs", "manners", "manners-checkpoint", "manners-bundle"].map((name) =>
    join(folder, name),
  );
  const settings = join(folder, "manners.yaml");
  // the presets of the recipe are no manners
  const text = (await readFile(config, "utf8")).replaceAll("START", checkpoint).replace(/^presets:[\s\S]*/m, "");
  await writeFile(settings, text);
  const some = ["--manners", ...MANNERS, "--each", String(MANNERS.length), "--limit", "10"];
  await stage("pairs", () => train("pairs", "--faces", photos, "--out", pairs, ...some));
  await stage("phase teach", () =>
    train("teach", "--config", settings, "--run", run, "--pairs", pairs, "--device", "cpu", "--no-progress"),
  );
  await stage("export", () => train("export", run, "--phase", "teach", "--out", model));
  const build = ["--conditions=@mmfs/source", "--import", "tsx", "scripts/build-bundle.ts", model, bundle];
  await stage("bundle", () => execute(process.execPath, build, modelMini));
  await stage("mmfs bundle", () => execute(process.execPath, [mmfs, "bundle", bundle], folder));
  const painted = await stage("mmfs stylize", () =>
    MANNERS.map((style) => {
      const file = join(folder, `${style.replaceAll(" ", "-")}.png`);
      const args = ["--bundle", bundle, "--style", style, "--device", "cpu", "--crop", "--resolution", String(SIZE)];
      execute(process.execPath, [mmfs, "stylize", PORTRAIT, ...args, "-o", file], folder);
      return { style, file };
    }),
  );
  const [dark, light] = await Promise.all(painted.map(({ file }) => meanOfFile(file)));
  if (!(light - dark >= LEAST_BETWEEN_PRESETS)) {
    throw new SmokeFailure(
      `${MANNERS[1]} is not lighter than ${MANNERS[0]}: ${light.toFixed(1)} and ${dark.toFixed(1)}`,
    );
  }
  console.log(`  ${MANNERS[1]} is lighter than ${MANNERS[0]} by ${(light - dark).toFixed(1)} levels`);
}

async function meanOfFile(file) {
  const { channels } = await sharp(file).removeAlpha().stats();
  return channels.reduce((sum, { mean }) => sum + mean, 0) / channels.length;
}

/** Runs a stage and prints how long it took. */
async function stage(name, work) {
  const started = performance.now();
  const result = await work();
  console.log(`${name.padEnd(14)}${seconds(started)}`);
  return result;
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
}

/** What a command prints; one that fails is the end, with the last of what it said. */
function execute(command, args, cwd) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: STAGE_MINUTES * 60_000,
  });
  if (error === undefined && status === 0) return stdout;
  const ended =
    error?.code === "ETIMEDOUT"
      ? `did not end within ${STAGE_MINUTES} minutes`
      : (error?.message ?? `ended with ${signal ?? status}`);
  const said = `${stdout ?? ""}${stderr ?? ""}`.trim().split("\n").slice(-15).join("\n");
  throw new SmokeFailure(`\`${[command, ...args].join(" ")}\` ${ended}${said && `:\n${said}`}`);
}

/** A run in a folder with an older one would go on from its checkpoints and prove nothing. */
async function emptyFolder(folder) {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new SmokeFailure(`${folder} is not empty; name a new folder`);
  return folder;
}

async function checkLossesFell(file, names) {
  const [header, ...rows] = (await readFile(file, "utf8"))
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(","));
  for (const name of names) {
    const column = header.indexOf(name);
    const [first, last] = [rows[0], rows.at(-1)].map((row) => Number(row?.[column]));
    // negated, so that what is no number fails
    if (!(rows.length > 1 && last <= MOST_LEFT_OF_LOSS * first)) {
      throw new SmokeFailure(
        `the loss "${name}" of phase 1 went from ${first} to ${last}, not to ${MOST_LEFT_OF_LOSS} of it or less (${file})`,
      );
    }
    console.log(`  ${name} fell from ${first} to ${last}`);
  }
}

async function checkReport(file, phases) {
  const html = await readFile(file, "utf8");
  const missing = phases.filter((name) => !html.includes(`<h2>${name}</h2>`));
  if (missing.length > 0) throw new SmokeFailure(`${file} says nothing of ${missing.join(", ")}`);
}

function checkStyles(names) {
  if (String(names) !== String(PRESETS)) {
    throw new SmokeFailure(`mmfs styles lists ${names.join(", ") || "nothing"}, not ${PRESETS.join(", ")}`);
  }
}

async function checkPictures(pictures) {
  const decoded = [];
  for (const { style, file } of pictures) {
    const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    if (info.width !== SIZE || info.height !== SIZE) {
      throw new SmokeFailure(`${file} has ${info.width}×${info.height} pixels, not ${SIZE}×${SIZE}`);
    }
    const color = meanColor(data);
    const away = meanDifference(data, (i) => color[i % 3]);
    if (!(away >= LEAST_FROM_CONSTANT)) {
      throw new SmokeFailure(
        `${file} differs from its mean colour by ${away.toFixed(1)} levels, less than ${LEAST_FROM_CONSTANT}: it is empty`,
      );
    }
    decoded.push({ style, data, color });
  }
  const presets = decoded.filter(({ style }) => PRESETS.includes(style));
  const differences = presets.flatMap((a, n) =>
    presets
      .slice(n + 1)
      .map((b) => ({ names: `${a.style} and ${b.style}`, by: meanDifference(a.data, (i) => b.data[i]) })),
  );
  for (const { names, by } of differences) {
    if (!(by >= LEAST_BETWEEN_PRESETS)) {
      throw new SmokeFailure(
        `the presets ${names} differ by ${by.toFixed(1)} levels, less than ${LEAST_BETWEEN_PRESETS}: they look the same`,
      );
    }
    console.log(`  ${names} differ by ${by.toFixed(1)} levels`);
  }
  // the art of this style has no green and no blue: codes that changed places would show here
  const [red, green, blue] = presets.find(({ style }) => style === "ruddy").color;
  if (!(red > 2 * Math.max(green, blue))) {
    throw new SmokeFailure(`the preset ruddy is not red: its mean colour is ${[red, green, blue].map(Math.round)}`);
  }
}

async function checkSameBytes(first, second) {
  if (!(await readFile(first)).equals(await readFile(second))) {
    throw new SmokeFailure(`the same command gave different bytes: ${first} and ${second}`);
  }
}

/** Of RGB bytes. */
function meanColor(data) {
  return [0, 1, 2].map((channel) => {
    let sum = 0;
    for (let i = channel; i < data.length; i += 3) sum += data[i];
    return (3 * sum) / data.length;
  });
}

/** Mean absolute difference of bytes and what `other` gives for their index, in levels of 255. */
function meanDifference(data, other) {
  return data.reduce((sum, value, i) => sum + Math.abs(value - other(i)), 0) / data.length;
}
