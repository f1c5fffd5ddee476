/**
 * How well and how fast faces are found, against YuNet's landmarks on the photo data set.
 *
 *     MMFS_DATA=FOLDER npx tsx --conditions=@mmfs/source faces.ts
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { FaceFinder } from "@mmfs/core";
import { NodeRuntime } from "@mmfs/node";
import {
  type Accuracy,
  faceFinder,
  measureAccuracy,
  percentile,
  photoData,
  readPicture,
  references,
} from "./faces-accuracy.js";

const folder = photoData();
if (folder === undefined) {
  console.error("The photo data set is not here; set MMFS_DATA to the folder that has faces/landmarks.csv.");
  process.exitCode = 1;
} else {
  const runtime = new NodeRuntime();
  const finder = await faceFinder(runtime);
  console.log("crop of the largest face against YuNet's landmarks: median / 90 % (goal of the median)\n");
  console.log("| photos | found | centre, % of side (2) | side, % (4) | angle, degrees (2.5) |\n|---|---|---|---|---|");
  const worst: string[] = [];
  for (const part of ["unaligned", "evaluation"] as const) {
    const accuracy = await measureAccuracy(finder, folder, await references(folder, part));
    console.log(accuracyRow(part, accuracy));
    worst.push(...disagreements(accuracy));
  }
  console.log(`\nfar from the reference, or missed:\n${worst.join("\n")}`);
  console.log(`\n${await speedLine(finder, join(folder, "faces/evaluation/000.jpg"))}`);
  await runtime.dispose();
}

function accuracyRow(part: string, { photos, errors }: Accuracy): string {
  const cell = (key: "center" | "side" | "angle") => {
    const values = errors.map((error) => error[key]);
    return `${percentile(values, 0.5).toFixed(2)} / ${percentile(values, 0.9).toFixed(2)}`;
  };
  return `| ${part} | ${errors.length} of ${photos} | ${cell("center")} | ${cell("side")} | ${cell("angle")} |`;
}

function disagreements({ errors, missed }: Accuracy): string[] {
  const far = errors.filter(({ center, side, angle }) => center > 6 || side > 12 || angle > 8);
  return [
    ...missed.map((file) => `${file}: no face found`),
    ...far.map(
      ({ file, center, side, angle }) =>
        `${file}: centre ${center.toFixed(1)} %, side ${side.toFixed(1)} %, angle ${angle.toFixed(1)} degrees`,
    ),
  ];
}

async function speedLine(finder: FaceFinder, path: string): Promise<string> {
  const picture = await readPicture(path, { width: 1152, height: 864 });
  for (let warmUp = 0; warmUp < 10; warmUp++) await finder.find(picture);
  const times: number[] = [];
  for (let run = 0; run < 60; run++) {
    const begin = performance.now();
    await finder.find(picture);
    times.push(performance.now() - begin);
  }
  const [median, slow] = [percentile(times, 0.5), percentile(times, 0.9)];
  return `one face in a photo of 1 megapixel: ${median.toFixed(1)} ms median, ${slow.toFixed(1)} ms 90 % (60 runs)`;
}
