/**
 * Prints how far the towers of a CLIP with random weights are from transformers, as a markdown table: at the size of
 * ViT-B/32, or as options of `test/parity/clip_reference.py` say (`npm run parity:clip -- --text-layers=6`).
 * `--device=webgpu` runs the graphs there, `--folder=DIR` takes what that script wrote before, `--json` prints the rows
 * alone.
 */
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { type CompareClipOptions, compareWithTransformers, findTransformers, makeClip } from "../test/parity/clip.js";

const { device, folder: given, json, ...shape } = parseArgs({ strict: false }).values as Record<string, string>;
const runs = json ? 0 : 9;

const { folder, printed } = given ? { folder: given, printed: "" } : make();
try {
  const options: CompareClipOptions = { runs, threads: Number(shape.threads ?? 1) };
  if (device === "webgpu") options.device = device;
  const rows = await compareWithTransformers(folder, options);
  if (json) console.log(JSON.stringify(rows));
  else {
    const reference = JSON.parse(printed || "{}") as Record<string, number>;
    console.log("| tower | weights | smallest cosine | largest difference | MB | load ms | run ms | PyTorch ms |");
    console.log("|---|---|---|---|---|---|---|---|");
    for (const { tower, dtype, cosine, largest, bytes, loadMilliseconds, runMilliseconds } of rows) {
      const error = `${cosine.toFixed(9)} | ${largest.toExponential(1)} | ${(bytes / 1e6).toFixed(1)}`;
      const times = [loadMilliseconds, runMilliseconds, reference[tower]].map((time) => time?.toFixed(0) ?? "");
      console.log(`| ${tower} | ${dtype} | ${error} | ${times.join(" | ")} |`);
    }
  }
} finally {
  if (!given) rmSync(folder, { recursive: true, force: true });
}
// Dawn keeps threads that would keep the process
process.exit(0);

function make() {
  const python = findTransformers();
  if (!python) {
    console.error("No Python with torch and transformers was found: set MMFS_PYTHON.");
    process.exit(1);
  }
  return makeClip(python, { seed: 31, runs, ...shape });
}
