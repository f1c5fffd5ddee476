import type { Dirent, Stats } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MMFSError } from "@mmfs/core";
import { sniffFormat } from "@mmfs/core/internal";
import { PICTURE_EXTENSIONS } from "../picture/format-of-path.js";
import { isAddress } from "./is-address.js";

/** Photos, and the files of folders that are none. */
export interface PhotoList {
  /** Paths, `http:` and `https:` addresses, and `-` for stdin. */
  photos: string[];
  /** Files that were left out because they are no pictures. */
  leftOut: string[];
}

/** What the first bytes of a file must hold to tell what it is. */
const HEAD_BYTES = 1024;

/**
 * The photos that arguments mean: a file means itself, a folder the pictures directly in it, by name. Files in folders are known by
 * their content. Pictures of formats that are not read are listed too, and so are files that are called pictures and are none, so
 * that it is said why they fail.
 *
 * @throws {MMFSError} `FILE_NOT_READABLE`, `INVALID_ARGUMENT` if a folder has no picture
 */
export async function listPhotos(paths: readonly string[]): Promise<PhotoList> {
  const photos: string[] = [];
  const leftOut: string[] = [];
  for (const given of paths) {
    if (given === "-" || /^https?:/i.test(given)) {
      photos.push(given);
      continue;
    }
    const path = isAddress(given) ? fileURLToPath(given) : given;
    const stats: Stats = await stat(path).catch((cause: unknown) => {
      throw new MMFSError("FILE_NOT_READABLE", `${path} does not exist or cannot be read.`, { cause, data: { path } });
    });
    if (!stats.isDirectory()) {
      photos.push(path);
      continue;
    }
    const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
      throw new MMFSError("FILE_NOT_READABLE", `The folder ${path} cannot be read.`, { cause });
    });
    const found: string[] = [];
    for (const entry of entries.filter(isVisibleFile).sort(byName)) {
      const file = join(path, entry.name);
      const isNamedSo = PICTURE_EXTENSIONS.includes(extname(entry.name).toLowerCase());
      (isNamedSo || (await isPicture(file)) ? found : leftOut).push(file);
    }
    if (found.length === 0) throw new MMFSError("INVALID_ARGUMENT", `The folder ${path} has no picture in it.`);
    photos.push(...found);
  }
  return { photos: [...new Set(photos)], leftOut };
}

function isVisibleFile(entry: Dirent): boolean {
  return !entry.name.startsWith(".") && (entry.isFile() || entry.isSymbolicLink());
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}

/** Whether a file is, by its first bytes, a picture, accepted or not. What cannot be read fails later, with its reason. */
async function isPicture(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return true;
  try {
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const sniffed = sniffFormat(buffer.subarray(0, bytesRead));
    return sniffed !== undefined && !("refused" in sniffed && NO_PICTURES.includes(sniffed.refused));
  } finally {
    await file.close();
  }
}

const NO_PICTURES = ["PDF", "HTML", "SVG", "ICO", "video"];
