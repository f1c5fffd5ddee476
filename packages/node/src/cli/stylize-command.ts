import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { MMFSError, type PictureFormat, type ProgressEvent } from "@mmfs/core";
import { PICTURE_FORMATS } from "@mmfs/core/internal";
import type { EncodeOptions } from "../picture/encode-picture.js";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { checkFolder, makeFolder, removeLeftovers } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption, StylizeOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";
import { type Outcome, runBatch } from "./batch.js";
import { listPhotos } from "./list-photos.js";
import { parseFaces, parseNumber, parseResolution, parseWhole, parseWord } from "./parse-arguments.js";
import { photoArgument } from "./photo-argument.js";
import { type PlannedOutput, pathOfFace, planOutputs } from "./plan-outputs.js";
import { readPackFile } from "./read-pack-file.js";
import { filesOfStyle, parseStyleArguments, type StyleArguments } from "./style-arguments.js";
import { type StylizerArguments, stylizerOptions } from "./stylizer-arguments.js";
import { type Terminal, writeBytes } from "./terminal.js";

export interface StylizeArguments extends StylizerArguments, StyleArguments {
  output: string;
  pack?: string;
  strength?: string;
  seed?: string;
  faces: string;
  crop?: boolean;
  people?: boolean;
  surroundings?: string;
  resolution?: string;
  size?: string;
  megapixels?: string;
  keepColor?: boolean;
  format?: string;
  quality?: string;
  skipExisting?: boolean;
  json?: boolean;
}

const SURROUNDINGS = ["painted", "toned", "photo", "transparent"] as const;
const SIZES = ["photo", "painting"] as const;

/** `mmfs stylize`. @returns the exit code */
export async function stylizeCommand(
  paths: readonly string[],
  given: StylizeArguments,
  terminal: Terminal,
): Promise<number> {
  const style = await chosenStyle(given);
  const options = parseStylizeOptions(given);
  const encoding: EncodeOptions =
    given.quality === undefined ? {} : { quality: parseWhole("--quality", given.quality, 1) };
  const { photos, leftOut } = await listPhotos(paths);
  const format = parseFormat(given.format);
  const toStdout = given.output === "-";
  if (toStdout) refuseForStdout(photos, given);
  const { folder, plan } = toStdout
    ? { folder: undefined, plan: photos.map((photo) => ({ photo, output: "-" })) }
    : await planOutputs(photos, given.output, { format, faces: given.crop ?? false });
  const read = [...photos, ...filesOfStyle(given), ...(given.pack === undefined ? [] : [given.pack])];
  await refuseOverwriting(
    plan.map(({ output }) => output),
    read,
  );
  if (folder !== undefined) await makeFolder(folder);
  else if (!toStdout) await checkFolder(dirname(given.output));
  if (!toStdout) await removeLeftovers(folder ?? dirname(given.output));

  const stylizer = await createStylizer(stylizerOptions(given));
  try {
    // Once for all photos, and before the first: a bad reference must not look like a bad photo. A pack is no mere code.
    const isPack = typeof style === "object" && "pack" in style;
    if (style !== undefined) {
      options.style = isPack ? style : { code: await stylizer.resolveStyle(style, { signal: terminal.signal }) };
    }
    return await runBatch(terminal, {
      items: plan,
      leftOut,
      nameOf: ({ photo }) => photo,
      json: given.json ?? false,
      run: (item, onProgress) => stylizeOne(item, onProgress),
    });
  } finally {
    await stylizer.dispose();
  }

  async function stylizeOne(item: PlannedOutput, onProgress: (event: ProgressEvent) => void): Promise<Outcome> {
    const { photo, output } = item;
    const there = given.skipExisting ? await firstExisting(lastWritten(output)) : undefined;
    if (there !== undefined) {
      return { skipped: true, line: `${photo}: skipped, ${there} is there`, json: { output: there, skipped: true } };
    }
    const { signal } = terminal;
    const result = await stylizer.stylize(await photoArgument(photo), { ...options, signal, onProgress });
    if (toStdout) {
      const bytes = await result.toBuffer(format ?? "png", { ...encoding, signal });
      await writeBytes(terminal.stdout, bytes);
      return { line: undefined, json: {} };
    }
    const outputs = given.crop ? await writeFaces(result, output) : [output];
    if (!given.crop) await result.toFile(output, { ...encoding, signal });
    return { line: describe(photo, outputs, result), json: resultToJson(outputs, result) };
  }

  /** The first face last: where its file is, those of the others are too, however the batch ended. */
  async function writeFaces({ faces, facesFound }: StylizeResult, output: string): Promise<string[]> {
    const isOnly = facesFound === 1 || options.faces === "largest";
    const paths = faces.map(({ index }) => (isOnly ? output : pathOfFace(output, index + 1)));
    await refuseOverwriting(paths, read, "FILE_NOT_WRITABLE");
    for (const [i, face] of [...faces.entries()].reverse()) {
      await face.toFile(paths[i] ?? output, { ...encoding, signal: terminal.signal });
    }
    return paths;
  }

  /** What may be the last file that is written for a photo. */
  function lastWritten(output: string): string[] {
    if (!given.crop) return [output];
    const first = Array.isArray(options.faces) ? (options.faces[0] ?? 0) : 0;
    return [output, pathOfFace(output, first + 1)];
  }
}

function parseStylizeOptions(given: StylizeArguments): StylizeOptions {
  return {
    ...(given.strength === undefined ? {} : { strength: parseNumber("--strength", given.strength) }),
    ...(given.seed === undefined ? {} : { seed: parseWhole("--seed", given.seed, 0) }),
    faces: parseFaces(given.faces),
    output: given.crop ? "crop" : "photo",
    ...(given.people ? { subject: "people" as const } : {}),
    ...(given.surroundings === undefined
      ? {}
      : { surroundings: parseWord("--surroundings", given.surroundings, SURROUNDINGS) }),
    ...(given.resolution === undefined ? {} : { resolution: parseResolution(given.resolution) }),
    ...(given.size === undefined ? {} : { size: parseWord("--size", given.size, SIZES) }),
    ...(given.megapixels === undefined ? {} : { megapixels: parseNumber("--megapixels", given.megapixels) }),
    preserveColor: given.keepColor ?? false,
  };
}

async function chosenStyle(given: StylizeArguments): Promise<StyleOption | undefined> {
  const style = await parseStyleArguments(given);
  if (given.pack === undefined) return style;
  if (style !== undefined) {
    throw new MMFSError("INVALID_ARGUMENT", "--pack is a style by itself; leave --style, --reference and --mix out.");
  }
  return { pack: await readPackFile(given.pack) };
}

function refuseForStdout(photos: readonly string[], { crop, json }: StylizeArguments): void {
  if (photos.length !== 1 || crop || json) {
    throw new MMFSError("INVALID_ARGUMENT", "-o - writes one picture to stdout: one photo, without --crop and --json.");
  }
}

function describe(photo: string, outputs: readonly string[], result: StylizeResult): string {
  const painted = result.painting ? `painted at ${result.painting.width} × ${result.painting.height}, ` : "";
  const faces = `${painted}${result.faces.length} of ${result.facesFound} ${result.facesFound === 1 ? "face" : "faces"}`;
  const seconds = result.timings.total / 1000;
  const notes = result.warnings.map((warning) => `\n  note: ${warning}`).join("");
  return `${photo} -> ${outputs.join(", ")}  (${faces}, ${result.device}, ${seconds.toFixed(2)} s)${notes}`;
}

function resultToJson(outputs: readonly string[], result: StylizeResult): Record<string, unknown> {
  const { width, height, painting, resolution, facesFound, device, dtype, timings, warnings, style } = result;
  return {
    outputs,
    width,
    height,
    painting,
    resolution,
    facesFound,
    faces: result.faces.map(({ index, box, score, points, crop }) => ({ number: index + 1, box, score, points, crop })),
    style: { origin: style.code.origin, seed: style.seed },
    device,
    dtype,
    timings,
    warnings,
  };
}

function parseFormat(format: string | undefined): PictureFormat | undefined {
  if (format === undefined) return undefined;
  return format.toLowerCase() === "jpg" ? "jpeg" : parseWord("--format", format, PICTURE_FORMATS);
}

async function firstExisting(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}
