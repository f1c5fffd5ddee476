import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { convertCheckpoint, faceDetectorGraph, faceLandmarksGraph } from "@mmfs/checkpoint";
import { StyleCode, serializePresets } from "@mmfs/core";
import { RandomGenerator } from "@mmfs/core/internal";
import { toyCheckpoint } from "./toy-checkpoint.js";

/** A bundle of 128 pixels with random weights, real face graphs and two presets, in a folder of its own. */
export async function makeToyBundle({ styleDim = 32 } = {}): Promise<{ folder: string; remove(): Promise<void> }> {
  const code = (seed: number) => StyleCode.fromRow(new RandomGenerator(seed).normals(styleDim), { type: "seed", seed });
  const presets = serializePresets({
    photo: code(0),
    presets: [
      { name: "stripes", description: "What random weights make of a photo.", tags: [], code: code(1) },
      { name: "speckles", tags: [], code: code(2) },
    ],
  });
  const files = await convertCheckpoint(toyCheckpoint({ styleDim }), {
    name: "toy",
    license: "CC0-1.0",
    dtypes: ["fp32", "fp16"],
    presets: new TextEncoder().encode(presets),
    faceParts: {
      faceDetector: faceDetectorGraph(...(await faceModel("blazeface"))),
      faceLandmarks: faceLandmarksGraph(...(await faceModel("facemesh"))),
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "mmfs-toy-"));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function faceModel(name: string): Promise<[json: string, weights: Uint8Array]> {
  // The package exports its code in dist/ and nothing else, but carries the models beside it.
  const models = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/human")), "..", "models");
  return [await readFile(join(models, `${name}.json`), "utf8"), await readFile(join(models, `${name}.bin`))];
}
