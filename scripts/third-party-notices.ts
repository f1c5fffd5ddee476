// What a build contains of other people, and the terms of that: `THIRD_PARTY_NOTICES.txt` beside each bundle.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Options } from "tsup";

export const NOTICES = "THIRD_PARTY_NOTICES.txt";

type BuildPlugin = NonNullable<Options["esbuildPlugins"]>[number];

/** Files that were bundled, by the folder of the build: one build may have several parts. */
const bundled = new Map<string, Set<string>>();

/** Writes the notices beside what tsup builds, where that contains anything of others. */
export function thirdPartyNotices(): BuildPlugin {
  return {
    name: "third-party-notices",
    setup(build) {
      const { absWorkingDir = process.cwd(), outdir = "dist" } = build.initialOptions;
      const folder = resolve(absWorkingDir, outdir);
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        const files = bundled.get(folder) ?? new Set();
        bundled.set(folder, files);
        for (const { inputs } of Object.values(metafile?.outputs ?? {})) {
          for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
            if (bytesInOutput > 0) files.add(resolve(absWorkingDir, path));
          }
        }
        const notices = noticesOf(files);
        if (notices === undefined) return;
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, NOTICES), notices);
      });
    },
  };
}

const SEPARATOR = `\n${"-".repeat(80)}\n\n`;

/**
 * The names, versions and terms of the packages that these files are of; undefined where all are our own. Of our own, the NOTICE of a
 * package that carries something of others is told too, and what a build says that was bundled again.
 */
export function noticesOf(files: Iterable<string>): string | undefined {
  const real = [...files].filter((file) => existsSync(file));
  const folders = [...new Set(real.map(packageFolder))];
  const builds = [...new Set(real.map((file) => join(dirname(file), NOTICES)))].filter((path) => existsSync(path));
  const told = new Set(builds.flatMap((path) => readFileSync(path, "utf8").split(SEPARATOR).slice(1)));
  for (const notice of folders.map(noticeOf)) if (notice !== undefined) told.add(notice);
  if (told.size === 0) return undefined;
  return ["Beside code of this project, this folder contains what follows.\n", ...[...told].sort()].join(SEPARATOR);
}

/** The nearest folder above whose package.json has a name and a version: packages have others in them to say what is a module. */
function packageFolder(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    const { name, version } = JSON.parse(readFileSync(path, "utf8"));
    if (name && version) return folder;
  }
  throw new Error(`${file} is of no package.`);
}

function noticeOf(folder: string): string | undefined {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const isOurs = !folder.includes("node_modules");
  const wanted = isOurs ? /^notice/i : /^(licen[cs]e|copying|notice)/i;
  const texts = readdirSync(folder).filter((file) => wanted.test(file));
  const terms = texts.map((file) => readFileSync(join(folder, file), "utf8").trim());
  // its packages for npm carry no text
  if (name.startsWith("onnxruntime-")) terms.push(readFileSync(licence("onnxruntime.txt"), "utf8").trim());
  if (isOurs && terms.length === 0) return undefined;
  if (terms.length === 0)
    throw new Error(`${name} ${version} is bundled and carries no text of its licence (${license}).`);
  return `${name} ${version} (${license})\n\n${terms.join("\n\n")}\n`;
}

const licence = (file: string) => fileURLToPath(new URL(`licences/${file}`, import.meta.url));
