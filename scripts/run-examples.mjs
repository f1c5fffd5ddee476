// `npm run examples [-- NAME …]`: packs the packages as they would be published, installs each example from them in a folder
// outside of this repository, runs it by the commands of its README, and looks at what comes out.
// With --keep the folders are left, to try an example by hand before the packages are on npm.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Example } from "./examples/example.mjs";
import { packPackages } from "./examples/pack-packages.mjs";
import { installAndBuild } from "./install-and-build.mjs";

const source = fileURLToPath(new URL("../examples/", import.meta.url));
const all = readdirSync(source).filter((name) => existsSync(join(source, name, "package.json")));
const keep = process.argv.includes("--keep");
const asked = process.argv.slice(2).filter((argument) => argument !== "--keep");
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no example ${unknown.join(", ")}. There are: ${all.join(", ")}.`);
  process.exit(2);
}

installAndBuild();
const folder = mkdtempSync(join(tmpdir(), "mmfs-examples-"));
const failed = [];
try {
  const packed = join(folder, "packages");
  mkdirSync(packed);
  const tarballs = packPackages(packed);
  for (const name of asked.length > 0 ? asked : all) await runExample(name, tarballs);
} finally {
  if (keep) console.log(`Kept in ${folder}`);
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}

async function runExample(name, tarballs) {
  console.log(`\n${name}`);
  const start = performance.now();
  try {
    const { check } = await import(`./examples/check-${name}.mjs`);
    const example = await Example.copy(join(source, name), name, join(folder, name), tarballs);
    await example.run("npm install");
    const installed = performance.now();
    await check(example);
    const seconds = (from, to) => `${((to - from) / 1000).toFixed(1)} s`;
    console.log(
      `  works; installed in ${seconds(start, installed)}, checked in ${seconds(installed, performance.now())}`,
    );
  } catch (error) {
    failed.push(name);
    console.error(error);
  } finally {
    if (!keep) rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
