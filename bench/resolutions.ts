/**
 * What more pixels bring to the same weights: how exactly the photo code gives a face back, and whether the person is kept in the
 * presets, by the resolution at which the face is painted.
 *
 *     MMFS_DATA=FOLDER npm run resolutions -- [--bundle FOLDER] [--resolutions 256,384,512,768] [--faces N] [--json FILE]
 *
 * PSNR is that of the face given back, brought to 512 px, against the aligned square of 512 px. Identity is the cosine of face
 * descriptors, and (cosine - 0.825) / 0.175, where 0.825 is about that of two different people.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadBundle, type Picture, resize, type StyleCode, Stylizer } from "@mmfs/core";
import { alignFace, flatten } from "@mmfs/core/internal";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource, NodeRuntime } from "@mmfs/node";
import { loadFaceRecognition } from "./face-recognition.js";
import { faceFinder, photoData, readPicture, references } from "./faces-accuracy.js";
import { cosine, spread } from "./identity-figures.js";

const COMPARED_SIDE = 512;
const [STRANGERS, RANGE] = [0.825, 0.175];

const { values: given } = parseArgs({
  options: {
    bundle: { type: "string", default: fileURLToPath(bundleUrl) },
    resolutions: { type: "string", default: "256,384,512,768" },
    faces: { type: "string", default: "12" },
    json: { type: "string" },
  },
});

interface Row {
  resolution: number;
  psnr: number;
  worstTenth: number;
  cosine: number;
  identity: number;
  /** Of a face, milliseconds for encoder and decoder. */
  milliseconds: number;
}

const folder = photoData();
if (folder === undefined) {
  console.error("The photo data set is not here; set MMFS_DATA to the folder that has faces/landmarks.csv.");
  process.exitCode = 1;
} else {
  await measure(folder);
}

async function measure(data: string): Promise<void> {
  const runtime = new NodeRuntime();
  const bundle = await loadBundle(new FolderSource(given.bundle));
  const stylizer = await Stylizer.create({ runtime, bundle, device: "cpu", faceFinder: await faceFinder(runtime) });
  const recognition = await loadFaceRecognition();
  const { photo, presets } = await bundle.presets();
  if (photo === undefined) throw new Error("The bundle has no photo code, so nothing gives a face back.");
  const files = spread(await references(data, "evaluation"), Number(given.faces));

  const rows: Row[] = [];
  for (const resolution of given.resolutions.split(",").map(Number)) {
    const [accuracies, cosines, times]: [number[], number[], number[]] = [[], [], []];
    for (const { file } of files) {
      const picture = await readPicture(join(data, "faces", file));
      const [face] = await stylizer.findFaces(picture);
      if (face === undefined) throw new Error(`No face was found in ${file}.`);
      const square = alignFace(flatten(picture), face.crop, COMPARED_SIDE).picture;
      const own = await recognition.descriptor(square);
      const options = { faces: "largest", output: "crop", resolution } as const;
      const codes: StyleCode[] = [photo, ...presets.map((preset) => preset.code)];
      for (const code of codes) {
        const result = await stylizer.stylize(picture, { ...options, style: { code } });
        if (code === photo) {
          accuracies.push(psnr(resize(result, COMPARED_SIDE, COMPARED_SIDE), square));
          times.push((result.timings.encode ?? 0) + (result.timings.stylize ?? 0));
        } else cosines.push(cosine(await recognition.descriptor(result), own));
      }
    }
    const sorted = accuracies.toSorted((one, other) => one - other);
    rows.push({
      resolution,
      psnr: mean(sorted),
      worstTenth: mean(sorted.slice(0, Math.max(1, Math.ceil(sorted.length / 10)))),
      cosine: mean(cosines),
      identity: (mean(cosines) - STRANGERS) / RANGE,
      milliseconds: times.toSorted((one, other) => one - other)[times.length >> 1] ?? Number.NaN,
    });
  }
  await stylizer.dispose();
  await runtime.dispose();

  const { name } = bundle.manifest;
  if (given.json !== undefined) {
    await writeFile(given.json, `${JSON.stringify({ bundle: name, faces: files.length, rows }, null, 2)}\n`);
  }
  console.log(`${name}: ${files.length} faces, ${presets.length} presets\n`);
  console.log("| resolution | given back, PSNR (worst tenth) | cosine | identity kept | both networks |");
  console.log("|---|---|---|---|---|");
  for (const { resolution, psnr: mean, worstTenth, cosine: likeness, identity, milliseconds } of rows) {
    const accuracy = `${mean.toFixed(2)} (${worstTenth.toFixed(2)}) dB`;
    console.log(
      `| ${resolution} px | ${accuracy} | ${likeness.toFixed(3)} | ${identity.toFixed(2)} | ${milliseconds.toFixed(0)} ms |`,
    );
  }
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Peak signal-to-noise ratio of two pictures of one size, in dB, over red, green and blue. */
function psnr(one: Picture, other: Picture): number {
  let sum = 0;
  for (let at = 0; at < one.data.length; at += 4) {
    for (let c = 0; c < 3; c++) sum += (one.data[at + c]! - other.data[at + c]!) ** 2;
  }
  return 10 * Math.log10(255 ** 2 / (sum / (one.width * one.height * 3)));
}
