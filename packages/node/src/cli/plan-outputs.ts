import { stat } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { MMFSError, type PictureFormat } from "@mmfs/core";
import { formatOfPath, PICTURE_EXTENSIONS } from "../picture/format-of-path.js";

/** A photo and the file that will be made of it. */
export interface PlannedOutput {
  photo: string;
  output: string;
}

/**
 * Decides what the outputs are called: a single photo may have a file as its output; otherwise the output is a folder,
 * and each picture keeps the name of its photo. The names depend on the arguments alone, so that a batch that was
 * interrupted finds its pictures again.
 *
 * @param format of the files in a folder, where they are not to keep the photo's own.
 * @throws {MMFSError} `INVALID_ARGUMENT` if a photo would be overwritten
 */
export async function planOutputs(
  photos: readonly string[],
  output: string,
  format?: PictureFormat,
): Promise<{ folder: string | undefined; plan: PlannedOutput[] }> {
  const [only] = photos;
  const isFolder = (await stat(output).catch(() => undefined))?.isDirectory() ?? false;
  const extension = isFolder || /[\\/]$/.test(output) ? "" : extname(output).toLowerCase();
  const namesFile = PICTURE_EXTENSIONS.includes(extension) || (photos.length === 1 && extension !== "");
  if (photos.length === 1 && only !== undefined && namesFile) {
    const written = formatOfPath(output);
    if (format !== undefined && written !== format) {
      throw new MMFSError(
        "INVALID_ARGUMENT",
        `--format ${format} does not fit the name ${output}; leave one of them out.`,
      );
    }
    refuseOverwriting(photos, [output]);
    return { folder: undefined, plan: [{ photo: only, output }] };
  }
  if (namesFile) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `${output} names one picture, but there are ${photos.length}: name a folder.`,
    );
  }
  const taken = new Set<string>();
  const plan = photos.map((photo) => {
    const path = join(output, freeName(photo, format, taken));
    taken.add(path.toLowerCase());
    return { photo, output: path };
  });
  refuseOverwriting(
    photos,
    plan.map((item) => item.output),
  );
  return { folder: output, plan };

  function freeName(photo: string, wanted: PictureFormat | undefined, names: Set<string>): string {
    const own = extname(photo);
    const stem = basename(photo, own);
    const known = PICTURE_EXTENSIONS.includes(own.toLowerCase());
    const extension = wanted === undefined ? (known ? own : ".png") : wanted === "jpeg" ? ".jpg" : `.${wanted}`;
    for (let count = 1; ; count += 1) {
      const name = `${stem}${count === 1 ? "" : `-${count}`}${extension}`;
      if (!names.has(join(output, name).toLowerCase())) return name;
    }
  }
}

function refuseOverwriting(photos: readonly string[], outputs: readonly string[]): void {
  const originals = new Set(photos.map((photo) => resolve(photo)));
  const lost = outputs.find((output) => originals.has(resolve(output)));
  if (lost !== undefined) {
    throw new MMFSError("INVALID_ARGUMENT", `${lost} would be overwritten; name another output.`);
  }
}

/** The file of one face, for outputs with a picture for each: `me.png` becomes `me-1.png`. */
export function pathOfFace(output: string, number: number): string {
  const extension = extname(output);
  return `${output.slice(0, output.length - extension.length)}-${number}${extension}`;
}
