import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertCheckpoint } from "@mmfs/checkpoint";
import { loadBundle, RandomGenerator, StyleCode, serializePresets } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { FolderSource } from "../src/bundle/folder-source.js";
import { toyCheckpoint } from "./toy-checkpoint.js";

const STYLE_DIM = 32;

/** A bundle of 128 pixels with random weights, real face graphs and two presets, in a folder of its own. */
export async function makeToyBundle(): Promise<{ folder: string; remove(): Promise<void> }> {
  const real = await loadBundle(new FolderSource(fileURLToPath(bundleUrl)));
  const code = (seed: number) =>
    StyleCode.fromRow(new RandomGenerator(seed).normals(STYLE_DIM), { type: "seed", seed });
  const presets = serializePresets({
    photo: code(0),
    presets: [
      { name: "stripes", description: "What random weights make of a photo.", tags: [], code: code(1) },
      { name: "speckles", tags: [], code: code(2) },
    ],
  });
  const files = await convertCheckpoint(toyCheckpoint({ styleDim: STYLE_DIM }), {
    name: "toy",
    license: "CC0-1.0",
    presets: new TextEncoder().encode(presets),
    faceParts: { faceDetector: await real.part("faceDetector"), faceLandmarks: await real.part("faceLandmarks") },
  });
  const folder = await mkdtemp(join(tmpdir(), "mmfs-toy-"));
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
