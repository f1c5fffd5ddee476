/**
 * Whether the person is kept: how alike the aligned photo and the stylised face are to a face recognition network.
 *
 *     MMFS_DATA=FOLDER npm run identity -- [--bundle FOLDER] [--faces N] [--prompts FILE.csv] [--references FOLDER]
 *         [--strengths 0,0.25,0.5,0.75,1] [--resolution PIXELS] [--json FILE]
 *
 * Beside the presets of the bundle, the prompts in the column `prompt` of a CSV file and the pictures of a folder are
 * styles. With `--strengths` each is measured at every one of them, and it is told whether the mean falls as they rise.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createStyleEncoder } from "@mmfs/clip-mapper";
import { type Bundle, loadBundle, type Picture, type Runtime, type StyleCode, Stylizer } from "@mmfs/core";
import { alignFace, flatten } from "@mmfs/core/internal";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource, NodeRuntime } from "@mmfs/node";
import { type FaceRecognition, loadFaceRecognition, SAME_PERSON_DISTANCE } from "./face-recognition.js";
import { faceFinder, photoData, readPicture, references } from "./faces-accuracy.js";
import {
  allPairs,
  falls,
  type Likeness,
  type LikenessSummary,
  likeness,
  nearest,
  spread,
  summarise,
} from "./identity-figures.js";

/** The figures of one style, or of pairs of which none is a result. */
interface Figures extends LikenessSummary {
  /** Part of the results whose nearest photo is the one that they were made from, 0 to 1. */
  identified?: number | undefined;
  /** The figures at every strength that was asked for. */
  strengths?: Record<string, Figures> | undefined;
  /** Whether the mean cosine falls as the strength rises. */
  fallsWithStrength?: boolean | undefined;
}

/** A style of its own name. */
interface NamedStyle {
  name: string;
  code: StyleCode;
}

/** A photo of the evaluation set in which a face was found. */
interface KnownFace {
  file: string;
  picture: Picture;
  descriptor: Float32Array;
}

/** What became of one photo in one style. */
interface Result extends Likeness {
  isIdentified: boolean;
}

const { values: given } = parseArgs({
  options: {
    bundle: { type: "string", default: fileURLToPath(bundleUrl) },
    faces: { type: "string", default: "40" },
    prompts: { type: "string" },
    references: { type: "string" },
    strengths: { type: "string" },
    resolution: { type: "string" },
    json: { type: "string" },
  },
});
const count = Number(given.faces);
/** From the weakest to the strongest; the figures of a style are those at 1. */
const asked = (given.strengths?.split(",") ?? []).map((text) => (text.trim() === "" ? Number.NaN : Number(text)));
const strengths = [...new Set([...asked, 1])].sort((a, b) => a - b);

/** The side of a face's square in pixels. */
const resolution = given.resolution === undefined ? undefined : Number(given.resolution);

const folder = photoData();
if (folder === undefined) {
  console.error("The photo data set is not here; set MMFS_DATA to the folder that has faces/landmarks.csv.");
  process.exitCode = 1;
} else if (!(Number.isSafeInteger(count) && count >= 1)) {
  console.error(`--faces is a whole number of at least 1, not ${given.faces}.`);
  process.exitCode = 1;
} else if (strengths.some((strength) => !(strength >= 0 && strength <= 1.5))) {
  console.error(`--strengths are numbers from 0 to 1.5 with commas between them, not ${given.strengths}.`);
  process.exitCode = 1;
} else {
  await measure(folder);
}

async function measure(data: string): Promise<void> {
  const start = performance.now();
  const runtime = new NodeRuntime({ threads: 1 });
  const bundle = await loadBundle(new FolderSource(given.bundle));
  // Not the bundle's own, so that bundles without one are measured too, and on the same crops.
  const stylizer = await Stylizer.create({ runtime, bundle, device: "cpu", faceFinder: await faceFinder(runtime) });
  const recognition = await loadFaceRecognition();

  const { known, missed } = await describePhotos(data, stylizer, recognition);
  const chosen = spread(known, count);
  const { photo, presets } = await bundle.presets();
  const encoded = await encodeStyles(bundle, runtime);
  const styles = { presets, ...encoded };
  const all: NamedStyle[] = [...presets, ...encoded.prompts, ...encoded.references];
  const results = new Map<StyleCode, Result[][]>();
  for (const code of [...(photo === undefined ? [] : [photo]), ...all.map((style) => style.code)]) {
    results.set(code, await stylizeAll(code, { chosen, known }, stylizer, recognition));
  }
  const ofPhotoCode = photo && results.get(photo);
  const figuresOf = (group: readonly NamedStyle[]) =>
    Object.fromEntries(group.map(({ name, code }) => [name, figures(results.get(code)!)]));
  const together = (group: readonly NamedStyle[]) =>
    group.length > 0
      ? figures(strengths.map((_, i) => group.flatMap(({ code }) => results.get(code)![i]!)))
      : undefined;
  await stylizer.dispose();
  await runtime.dispose();

  const report = {
    bundle: bundle.manifest.name,
    faces: chosen.length,
    photos: known.length,
    missed,
    threshold: SAME_PERSON_DISTANCE,
    photoCode: ofPhotoCode && figures(ofPhotoCode),
    presets: figuresOf(styles.presets),
    allPresets: together(styles.presets),
    prompts: given.prompts === undefined ? undefined : figuresOf(styles.prompts),
    allPrompts: together(styles.prompts),
    references: given.references === undefined ? undefined : figuresOf(styles.references),
    allReferences: together(styles.references),
    allStyles: given.strengths === undefined ? undefined : together(all),
    strangers: summarise(allPairs(known.map(({ descriptor }) => descriptor)), SAME_PERSON_DISTANCE),
  };
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(report, null, 2)}\n`);

  console.log(`${report.bundle}: ${report.faces} faces, each against its own photo, among ${report.photos} photos\n`);
  const rows = {
    "(photo code)": report.photoCode,
    ...report.presets,
    "(all presets)": report.allPresets,
    ...labelled("prompt", report.prompts),
    "(all prompts)": report.allPrompts,
    ...labelled("reference", report.references),
    "(all references)": report.allReferences,
    "(all styles)": report.allStyles,
    "(two different people)": report.strangers,
  };
  printTable(rows);
  if (given.strengths !== undefined) {
    console.log("\nmean cosine by strength\n");
    printStrengths(rows);
  }
  for (const file of missed) console.log(`\n${file}: no face found`);
  console.log(`\n${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** The codes of what was given as prompts and reference pictures; a prompt is one even where a preset has its words. */
async function encodeStyles(bundle: Bundle, runtime: Runtime): Promise<Record<"prompts" | "references", NamedStyle[]>> {
  const encoder = await createStyleEncoder({ bundle, runtime });
  const prompts: NamedStyle[] = [];
  for (const name of given.prompts === undefined ? [] : await readPrompts(given.prompts)) {
    prompts.push({ name, code: await encoder.fromText(name) });
  }
  const references: NamedStyle[] = [];
  const names = given.references === undefined ? [] : await readdir(given.references);
  for (const name of names.filter((each) => /\.(jpe?g|png|webp|avif)$/i.test(each)).sort()) {
    references.push({ name, code: await encoder.fromImage(await readPicture(join(given.references ?? "", name))) });
  }
  await encoder.dispose();
  return { prompts, references };
}

async function readPrompts(path: string): Promise<string[]> {
  const [header = "", ...lines] = (await readFile(path, "utf8")).trim().split(/\r?\n/);
  const columns = header.split(",");
  const column = columns.indexOf("prompt");
  const rows = lines.map((line) => line.split(","));
  const odd = rows.findIndex((cells) => cells.length !== columns.length);
  if (column < 0) throw new Error(`${path} has no column "prompt" in its first line.`);
  if (odd >= 0) throw new Error(`Line ${odd + 2} of ${path} has another number of cells than its first line.`);
  return [...new Set(rows.map((cells) => cells[column] ?? ""))];
}

function labelled(label: string, rows: Record<string, Figures> = {}): Record<string, Figures> {
  return Object.fromEntries(Object.entries(rows).map(([name, row]) => [`${label}: ${name}`, row]));
}

async function describePhotos(data: string, stylizer: Stylizer, recognition: FaceRecognition) {
  const size = resolution ?? stylizer.bundle.manifest.network.resolution.default;
  const known: KnownFace[] = [];
  const missed: string[] = [];
  for (const { file } of await references(data, "evaluation")) {
    const picture = await readPicture(join(data, "faces", file));
    const [face] = await stylizer.findFaces(picture);
    if (face === undefined) {
      missed.push(file);
      continue;
    }
    const { picture: aligned } = alignFace(flatten(picture), face.crop, size);
    known.push({ file, picture, descriptor: await recognition.descriptor(aligned) });
  }
  return { known, missed };
}

/** The results of a style at every strength, in the order of `chosen`. */
async function stylizeAll(
  code: StyleCode,
  { chosen, known }: { chosen: readonly KnownFace[]; known: readonly KnownFace[] },
  stylizer: Stylizer,
  recognition: FaceRecognition,
): Promise<Result[][]> {
  const photos = known.map(({ descriptor }) => descriptor);
  const results: Result[][] = strengths.map(() => []);
  for (const face of chosen) {
    for (const [i, strength] of strengths.entries()) {
      const options = { style: { code }, strength, faces: "largest", output: "crop", resolution } as const;
      const picture = await stylizer.stylize(face.picture, options);
      const descriptor = await recognition.descriptor(picture);
      const isIdentified = known[nearest(descriptor, photos)] === face;
      results[i]!.push({ ...likeness(face.descriptor, descriptor), isIdentified });
    }
  }
  return results;
}

/** @param results in the order of `strengths` */
function figures(results: readonly Result[][]): Figures {
  const of = results.map((some): Figures => {
    const identified = some.filter(({ isIdentified }) => isIdentified).length / some.length;
    return { ...summarise(some, SAME_PERSON_DISTANCE), identified };
  });
  const atFull = of[strengths.indexOf(1)]!;
  if (given.strengths === undefined) return atFull;
  return {
    ...atFull,
    strengths: Object.fromEntries(strengths.map((strength, i) => [strength, of[i]!])),
    fallsWithStrength: falls(of.map((each) => each.cosine)),
  };
}

function printStrengths(rows: Readonly<Record<string, Figures | undefined>>): void {
  const cells = [["style", ...strengths.map(String), "falls"]];
  for (const [name, row] of Object.entries(rows)) {
    if (row === undefined) continue;
    const at = (strength: number) => row.strengths?.[strength]?.cosine ?? row.cosine;
    const verdict = row.fallsWithStrength === undefined ? "" : row.fallsWithStrength ? "yes" : "no";
    cells.push([name, ...strengths.map((strength) => at(strength).toFixed(3)), verdict]);
  }
  printCells(cells);
}

function printTable(rows: Readonly<Record<string, Figures | undefined>>): void {
  const percent = (share: number | undefined) => (share === undefined ? "" : `${(100 * share).toFixed(1)} %`);
  const cells = [["style", "pairs", "cosine", "distance", `under ${SAME_PERSON_DISTANCE}`, "right photo nearest"]];
  for (const [name, row] of Object.entries(rows)) {
    if (row === undefined) continue;
    const { pairs, cosine, distance, belowThreshold, identified } = row;
    const means = [cosine.toFixed(3), distance.toFixed(3)];
    cells.push([name, String(pairs), ...means, percent(belowThreshold), percent(identified)]);
  }
  printCells(cells);
}

/** A markdown table; the first row is its head. */
function printCells(cells: readonly string[][]): void {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const [head = "", ...body] = cells.map((line) => `| ${line.map(pad).join(" | ")} |`);
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`));
  console.log([head, `|${rule.join("|")}|`, ...body].join("\n"));
}
