import { readFile } from "node:fs/promises";
import { loadBundle, MMFSError, type StyleCode } from "@mmfs/core";
import { bundleFolder } from "../bundle/bundle-folder.js";
import { FolderSource } from "../bundle/folder-source.js";
import { loadSharp } from "../picture/load-sharp.js";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption } from "../stylizer/options.js";
import { ExitCode } from "./exit-codes.js";
import { parseStyle } from "./parse-arguments.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface PackArguments {
  output: string;
  bundle?: string;
  name?: string;
  style?: string;
  license?: string;
  json?: boolean;
}

/** `mmfs pack`. @returns the exit code */
export async function packCommand(checkpoint: string, given: PackArguments, terminal: Terminal): Promise<number> {
  const { output, name, license } = given;
  const { signal } = terminal;
  await refuseOverwriting([output], [checkpoint, given.style ?? ""]);
  const bytes = await readFile(checkpoint).catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_READABLE", `The checkpoint ${checkpoint} cannot be read.`, {
      cause,
      data: { path: checkpoint },
    });
  });
  const folder = await bundleFolder(given.bundle);
  const { manifest } = await loadBundle(new FolderSource(folder), { signal });
  const code = given.style === undefined ? undefined : await codeOf(given.style, folder, signal);
  const { convertPack } = await import("@mmfs/checkpoint");
  const pack = await convertPack(bytes, { bundle: manifest, name, license, code, encodePreview });
  await writeFileAtomically(output, pack, { signal });
  if (given.json) {
    printJson(terminal, { pack: output, bytes: pack.byteLength, bundle: manifest.name });
  } else {
    const megabytes = (pack.byteLength / 1e6).toFixed(1);
    printLine(
      terminal.stdout,
      `${output} is a style pack (${megabytes} MB): mmfs stylize PHOTO -o OUT --pack ${output}`,
    );
  }
  return ExitCode.done;
}

/** Preset names, prompts and seeds need the bundle's networks; a style code file does not. */
async function codeOf(text: string, bundle: string, signal: AbortSignal): Promise<StyleCode> {
  const style = await parseStyle(text);
  if (typeof style === "object" && "code" in style) return style.code;
  const stylizer = await createStylizer({ bundle, device: "cpu" });
  try {
    return await stylizer.resolveStyle(style as StyleOption, { signal });
  } finally {
    await stylizer.dispose();
  }
}

async function encodePreview(picture: { data: Uint8Array; width: number; height: number }): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { data, width, height } = picture;
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
