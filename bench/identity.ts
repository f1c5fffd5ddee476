/**
 * Whether the person is kept: how alike the aligned photo and the stylised face are to a face recognition network.
 *
 *     MMFS_DATA=FOLDER npx tsx --conditions=@mmfs/source identity.ts [--bundle FOLDER] [--faces N] [--json FILE]
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { alignFace, flatten, loadBundle, type Picture, type StyleCode, Stylizer } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource, NodeRuntime } from "@mmfs/node";
import { type FaceRecognition, loadFaceRecognition, SAME_PERSON_DISTANCE } from "./face-recognition.js";
import { faceFinder, photoData, readPicture, references } from "./faces-accuracy.js";
import {
  allPairs,
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
    json: { type: "string" },
  },
});
const count = Number(given.faces);

const folder = photoData();
if (folder === undefined) {
  console.error("The photo data set is not here; set MMFS_DATA to the folder that has faces/landmarks.csv.");
  process.exitCode = 1;
} else if (!(Number.isSafeInteger(count) && count >= 1)) {
  console.error(`--faces is a whole number of at least 1, not ${given.faces}.`);
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
  const styles = [...(photo === undefined ? [] : [photo]), ...presets.map(({ code }) => code)];
  const results = await stylizeAll(styles, chosen, known, stylizer, recognition);
  const ofPhotoCode = photo === undefined ? undefined : results.shift();
  await stylizer.dispose();
  await runtime.dispose();

  const report = {
    bundle: bundle.manifest.name,
    faces: chosen.length,
    photos: known.length,
    missed,
    threshold: SAME_PERSON_DISTANCE,
    photoCode: ofPhotoCode && figures(ofPhotoCode),
    presets: Object.fromEntries(presets.map(({ name }, i) => [name, figures(results[i]!)])),
    allPresets: presets.length > 0 ? figures(results.flat()) : undefined,
    strangers: summarise(allPairs(known.map(({ descriptor }) => descriptor)), SAME_PERSON_DISTANCE),
  };
  if (given.json !== undefined) await writeFile(given.json, `${JSON.stringify(report, null, 2)}\n`);

  console.log(`${report.bundle}: ${report.faces} faces, each against its own photo, among ${report.photos} photos\n`);
  printTable({
    "(photo code)": report.photoCode,
    ...report.presets,
    "(all presets)": report.allPresets,
    "(two different people)": report.strangers,
  });
  for (const file of missed) console.log(`\n${file}: no face found`);
  console.log(`\n${((performance.now() - start) / 1000).toFixed(0)} s`);
}

async function describePhotos(data: string, stylizer: Stylizer, recognition: FaceRecognition) {
  const { size } = stylizer.bundle.manifest.network;
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

/** The results of every style, in the order of `chosen`. */
async function stylizeAll(
  styles: readonly StyleCode[],
  chosen: readonly KnownFace[],
  known: readonly KnownFace[],
  stylizer: Stylizer,
  recognition: FaceRecognition,
): Promise<Result[][]> {
  const photos = known.map(({ descriptor }) => descriptor);
  const results: Result[][] = styles.map(() => []);
  for (const face of chosen) {
    for (const [i, code] of styles.entries()) {
      const { picture } = await stylizer.stylize(face.picture, { style: { code }, faces: "largest", output: "crop" });
      const descriptor = await recognition.descriptor(picture);
      const isIdentified = known[nearest(descriptor, photos)] === face;
      results[i]!.push({ ...likeness(face.descriptor, descriptor), isIdentified });
    }
  }
  return results;
}

function figures(results: readonly Result[]): Figures {
  const identified = results.filter(({ isIdentified }) => isIdentified).length / results.length;
  return { ...summarise(results, SAME_PERSON_DISTANCE), identified };
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
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const [head = "", ...body] = cells.map((line) => `| ${line.map(pad).join(" | ")} |`);
  const rule = widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`));
  console.log([head, `|${rule.join("|")}|`, ...body].join("\n"));
}
