import { stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { MMFSError, type PictureFormat } from "@mmfs/core";
import { formatOfPath, PICTURE_EXTENSIONS } from "../picture/format-of-path.js";
import { isAddress } from "./is-address.js";

/** A photo and the file that will be made of it. */
export interface PlannedOutput {
  photo: string;
  output: string;
}

export interface PlanOptions {
  /** Of the files in a folder, where they are not to keep the photo's own. */
  format?: PictureFormat | undefined;
  /** Whether a photo may become a file for each face, so that no photo's name may be taken for another's face. */
  faces?: boolean;
}

/**
 * Decides what the outputs are called: a single photo may have a file as its output; otherwise the output is a folder.
 *
 * @returns the folder, if it is one
 * @throws {MMFSError} `INVALID_ARGUMENT`
 */
export async function planOutputs(
  photos: readonly string[],
  output: string,
  options: PlanOptions = {},
): Promise<{ folder: string | undefined; plan: PlannedOutput[] }> {
  const { format } = options;
  const [only] = photos;
  const isFolder = (await stat(output).catch(() => undefined))?.isDirectory() ?? false;
  const extension = isFolder || /[\\/]$/.test(output) ? "" : extname(output).toLowerCase();
  const namesFile = PICTURE_EXTENSIONS.includes(extension) || (photos.length === 1 && extension !== "");
  if (!namesFile) return { folder: output, plan: planFolder(photos, output, options) };
  if (photos.length !== 1 || only === undefined) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `${output} names one picture, but there are ${photos.length}: name a folder.`,
    );
  }
  if (format !== undefined && formatOfPath(output) !== format) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `--format ${format} does not fit the name ${output}; leave one of them out.`,
    );
  }
  formatOfPath(output);
  return { folder: undefined, plan: [{ photo: only, output }] };
}

/**
 * A file in a folder for each photo, which keeps the photo's name; of several photos of one name the later ones are numbered,
 * `me_2.png`, as faces are, `me-2.png`. The names depend on the arguments alone, so that a batch that was interrupted finds its
 * pictures again.
 */
export function planFolder(photos: readonly string[], folder: string, options: PlanOptions = {}): PlannedOutput[] {
  const taken = new Set<string>();
  const isFree = (name: string) =>
    !taken.has(name) && !(options.faces && [...taken].some((other) => isFaceOf(other, name) || isFaceOf(name, other)));
  return photos.map((photo) => {
    const { stem, extension } = nameFor(photo, options.format);
    let name = `${stem}${extension}`;
    for (let count = 2; !isFree(comparable(name)); count += 1) name = `${stem}_${count}${extension}`;
    taken.add(comparable(name));
    return { photo, output: join(folder, name) };
  });
}

function nameFor(photo: string, format: PictureFormat | undefined): { stem: string; extension: string } {
  if (photo === "-") return { stem: "stdin", extension: format === undefined ? ".png" : extensionOf(format) };
  const path = isAddress(photo) ? decodeURIComponent(new URL(photo).pathname) : photo;
  const own = extname(path);
  const stem = basename(path, own) || "photo";
  if (format !== undefined) return { stem, extension: extensionOf(format) };
  return { stem, extension: PICTURE_EXTENSIONS.includes(own.toLowerCase()) ? own : ".png" };
}

function extensionOf(format: PictureFormat): string {
  return format === "jpeg" ? ".jpg" : `.${format}`;
}

/** Names that some file systems take for one are one. */
function comparable(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/** Whether one name is that of a face of the other: `me-2.png` of `me.png`. */
function isFaceOf(name: string, other: string): boolean {
  const extension = extname(other);
  const stem = other.slice(0, other.length - extension.length);
  return name.startsWith(`${stem}-`) && /^\d+$/.test(name.slice(stem.length + 1, name.length - extname(name).length));
}

/** The file of one face, for outputs with a picture for each: `me.png` becomes `me-1.png`. */
export function pathOfFace(output: string, number: number): string {
  const extension = extname(output);
  return `${output.slice(0, output.length - extension.length)}-${number}${extension}`;
}
