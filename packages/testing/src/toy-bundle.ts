import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { convertCheckpoint } from "@mmfs/checkpoint";
import { StyleCode, serializePresets } from "@mmfs/core";
import { RandomGenerator } from "@mmfs/core/internal";
import { faceGraphs } from "./face-sessions.js";
import { toyCheckpoint } from "./toy-checkpoint.js";

/** The files of a bundle of 128 pixels with random weights, real face graphs and two presets, by their paths in it. */
export async function toyFiles({ styleDim = 32 } = {}): Promise<Map<string, Uint8Array>> {
  const code = (seed: number) => StyleCode.fromRow(new RandomGenerator(seed).normals(styleDim), { type: "seed", seed });
  const presets = serializePresets({
    photo: code(0),
    presets: [
      { name: "stripes", description: "What random weights make of a photo.", tags: [], code: code(1) },
      { name: "speckles", tags: [], code: code(2) },
    ],
  });
  return convertCheckpoint(toyCheckpoint({ styleDim }), {
    name: "toy",
    license: "CC0-1.0",
    dtypes: ["fp32", "fp16"],
    presets: new TextEncoder().encode(presets),
    faceParts: await faceGraphs(),
  });
}

/** The same in a folder of its own. */
export async function makeToyBundle(options?: Parameters<typeof toyFiles>[0]): Promise<{
  folder: string;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "mmfs-toy-"));
  for (const [path, bytes] of await toyFiles(options)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
