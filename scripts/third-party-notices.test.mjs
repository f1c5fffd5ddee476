import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { publicPackages } from "./package-metadata.mjs";
import { NOTICES, noticesOf } from "./third-party-notices.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The packages of others that source maps say a build is made of. */
function packagesInMaps(dist) {
  const maps = readdirSync(dist, { recursive: true }).filter((path) => path.endsWith(".map"));
  const sources = maps.flatMap((path) => JSON.parse(readFileSync(`${dist}/${path}`, "utf8")).sources);
  return new Set(sources.flatMap((source) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []));
}

it.each([...publicPackages().keys()])("%s tells whose code is in its build, with the terms of each", (folder) => {
  const dist = `${root}${folder}/dist`;
  const path = `${dist}/${NOTICES}`;
  const notices = existsSync(path) ? readFileSync(path, "utf8") : "";
  const named = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+\S* \([\w.-]+\)\n\n(?=\S)/gm)].map(([, name]) => name);
  const ofOthers = named.filter((name) => !name.startsWith("@mmfs/"));
  expect(new Set(ofOthers)).toEqual(packagesInMaps(dist));
});

it("the worker that @mmfs/web bundles comes with the licences of Valibot, the tokenizers and onnxruntime", () => {
  const notices = readFileSync(`${root}packages/web/dist/${NOTICES}`, "utf8");
  expect(notices).toContain("Copyright (c) Fabian Hiller");
  expect(notices).toContain("Copyright (c) Microsoft Corporation");
  expect(notices).toMatch(/@huggingface\/tokenizers .*\n\n\s*Apache License/);
});

it("the studio comes with the terms of its code, its fonts, its worker and its weights", () => {
  const notices = readFileSync(`${root}apps/studio/dist/${NOTICES}`, "utf8");
  for (const name of [
    "preact",
    "idb-keyval",
    "onnxruntime-web",
    "workbox-core",
    "@huggingface/tokenizers",
    "valibot",
  ]) {
    expect(notices).toMatch(new RegExp(`^${name} \\d`, "m"));
  }
  expect(notices.match(/SIL OPEN FONT LICENSE Version 1.1/gi)?.length).toBeGreaterThanOrEqual(2);
  expect(notices).toContain("Copyright The MediaPipe Authors");
  expect(notices).toContain("all-MiniLM-L6-v2");
  expect(notices.match(/^valibot /gm)).toHaveLength(1);
});

it("is silent where all is our own, and refuses what carries no text of its licence", () => {
  expect(noticesOf([`${root}packages/core/src/index.ts`])).toBeUndefined();
  const folder = mkdtempSync(join(tmpdir(), "mmfs-notices-"));
  try {
    const bare = join(folder, "node_modules", "bare");
    mkdirSync(bare, { recursive: true });
    writeFileSync(join(bare, "package.json"), JSON.stringify({ name: "bare", version: "1.2.3", license: "MIT" }));
    writeFileSync(join(bare, "index.js"), "");
    expect(() => noticesOf([join(bare, "index.js")])).toThrow(/bare 1\.2\.3 .*no text of its licence \(MIT\)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
