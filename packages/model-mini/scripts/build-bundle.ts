/**
 * Writes `bundle/` from `checkpoint/`, or other folders: build-bundle.ts [CHECKPOINT_FOLDER [BUNDLE_FOLDER]]
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listFiles } from "./list-files.js";
import { makeBundle } from "./make-bundle.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const [source = join(root, "checkpoint"), target = join(root, "bundle")] = process.argv.slice(2);

if (!existsSync(join(source, "presets.json"))) {
  console.error(`${source} holds no model: write one there with python -m mmfs_training export RUN --out ${source}`);
  process.exit(1);
}
const files = await makeBundle(source);
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [path, content] of [...files, ...listFiles([...files.keys()])]) await writeFile(join(target, path), content);
const bytes = [...files.values()].reduce((sum, content) => sum + content.byteLength, 0);
console.log(`${target}: ${files.size} files, ${(bytes / 1e6).toFixed(2)} MB`);
