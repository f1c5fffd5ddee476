import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { ConvertedTowers, ConvertOptions } from "@mmfs/checkpoint";
import { type Bundle, loadBundle, MMFSError } from "@mmfs/core";
import { bundleFolder } from "../bundle/bundle-folder.js";
import { FolderSource } from "../bundle/folder-source.js";
import { makeFolder } from "../picture/write-file-atomically.js";
import { ExitCode } from "./exit-codes.js";
import { parseWhole } from "./parse-arguments.js";
import { startProgress } from "./progress-bar.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface ConvertArguments {
  output: string;
  size?: string;
  name?: string;
  license?: string;
  presets?: string;
  towers?: string;
  tokenizer?: string;
  clip?: string;
  fp16?: boolean;
  json?: boolean;
}

/** `mmfs convert`. @returns the exit code */
export async function convertCommand(checkpoint: string, given: ConvertArguments, terminal: Terminal): Promise<number> {
  const folder = resolve(given.output);
  if ((await readdir(folder).catch(() => [])).length > 0) {
    throw new MMFSError("INVALID_ARGUMENT", `The folder ${given.output} is not empty; name a new one.`);
  }
  const bytes = await readOrExplain(checkpoint, "checkpoint");
  const presets = given.presets === undefined ? undefined : await readOrExplain(given.presets, "presets file");
  const { convertCheckpoint } = await import("@mmfs/checkpoint");
  const towers = await readTowers(given, terminal.signal);
  const progress = startProgress(terminal, 1, given.json);
  let files: Map<string, Uint8Array>;
  try {
    files = await convertCheckpoint(bytes, {
      name: given.name ?? basename(checkpoint, extname(checkpoint)),
      license: given.license,
      size: given.size === undefined ? undefined : parseWhole("--size", given.size, 16),
      dtypes: given.fp16 ? ["fp32", "fp16"] : ["fp32"],
      presets,
      towers,
      ...(await defaultParts()),
      signal: terminal.signal,
      onProgress: (fraction, what) => progress.update(fraction, what),
    });
  } finally {
    progress.stop();
  }
  await writeFolder(folder, files);
  const sizes = [...files].map(([path, content]) => ({ path, bytes: content.byteLength }));
  if (given.json) {
    printJson(terminal, { bundle: given.output, files: sizes });
    return ExitCode.done;
  }
  for (const { path, bytes: size } of sizes) printLine(terminal.stdout, `${size.toString().padStart(12)}  ${path}`);
  printLine(terminal.stdout, `${given.output} is a bundle: mmfs stylize PHOTO -o OUT --bundle ${given.output}`);
  return ExitCode.done;
}

/**
 * The towers as float16, from whichever files were named. Their arithmetic is float32, so that nothing is gained by
 * larger files.
 */
async function readTowers(given: ConvertArguments, signal: AbortSignal): Promise<ConvertedTowers | undefined> {
  const { towers, tokenizer, clip } = given;
  const wrong = towerMistake(given);
  if (wrong !== undefined) throw new MMFSError("INVALID_ARGUMENT", wrong);
  const { convertClip, convertTowers } = await import("@mmfs/checkpoint");
  const dtypes = ["fp16"] as const;
  if (clip !== undefined) {
    const names = await readdir(clip).catch((cause: unknown) => {
      throw new MMFSError("FILE_NOT_READABLE", `The folder ${clip} of --clip cannot be read.`, {
        cause,
        data: { path: clip },
      });
    });
    const weights = names.includes("model.safetensors") ? "model.safetensors" : "pytorch_model.bin";
    const files = {
      config: await readOrExplain(join(clip, "config.json"), "configuration of the CLIP"),
      weights: await readOrExplain(join(clip, weights), "weights of the CLIP"),
      tokenizer: await readOrExplain(join(clip, "tokenizer.json"), "tokenizer of the CLIP"),
    };
    return convertClip(files, { dtypes, signal });
  }
  if (towers === undefined || tokenizer === undefined) return undefined;
  const files = {
    weights: await readOrExplain(towers, "towers file"),
    tokenizer: await readOrExplain(tokenizer, "tokenizer"),
  };
  return convertTowers(files, { dtypes, signal });
}

function towerMistake({ towers, tokenizer, clip }: ConvertArguments): string | undefined {
  if (clip !== undefined && (towers ?? tokenizer) !== undefined) {
    return "--clip brings towers and tokenizer of its own; leave --towers and --tokenizer out.";
  }
  if ((towers === undefined) !== (tokenizer === undefined)) {
    return "--towers and --tokenizer belong together; name both files.";
  }
  return undefined;
}

async function readOrExplain(path: string, what: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_READABLE", `The ${what} ${path} cannot be read.`, { cause, data: { path } });
  });
}

/** A checkpoint of the network has no graphs that find faces and people; those of the default bundle serve any. */
async function defaultParts(): Promise<Pick<ConvertOptions, "faceParts" | "personMatte">> {
  const bundle: Bundle = await loadBundle(new FolderSource(await bundleFolder(undefined)));
  const [faceDetector, faceLandmarks] = [await bundle.part("faceDetector"), await bundle.part("faceLandmarks")];
  return { faceParts: { faceDetector, faceLandmarks }, personMatte: await bundle.part("personMatte") };
}

/** The folder appears whole or not at all. */
async function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await makeFolder(dirname(folder));
  const temporary = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    for (const [path, content] of files) {
      await mkdir(dirname(join(temporary, path)), { recursive: true });
      await writeFile(join(temporary, path), content);
    }
    await rename(temporary, folder);
  } catch (cause) {
    await rm(temporary, { recursive: true, force: true });
    throw new MMFSError("FILE_NOT_WRITABLE", `The folder ${folder} cannot be written.`, {
      cause,
      data: { path: folder },
    });
  }
}
