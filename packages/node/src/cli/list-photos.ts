import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { MMFSError } from "@mmfs/core";
import { PICTURE_EXTENSIONS } from "../picture/format-of-path.js";

/**
 * The photos that paths mean: a file means itself, a folder the pictures directly in it, by name.
 *
 * @throws {MMFSError} `FILE_NOT_READABLE`, `INVALID_ARGUMENT` if a folder has no picture
 */
export async function listPhotos(paths: readonly string[]): Promise<string[]> {
  const photos: string[] = [];
  for (const path of paths) {
    const stats: Stats = await stat(path).catch((cause: unknown) => {
      throw new MMFSError("FILE_NOT_READABLE", `${path} does not exist or cannot be read.`, { cause, data: { path } });
    });
    if (!stats.isDirectory()) {
      photos.push(path);
      continue;
    }
    const names = (await readdir(path)).filter(
      (name) => !name.startsWith(".") && PICTURE_EXTENSIONS.includes(extname(name).toLowerCase()),
    );
    if (names.length === 0) {
      throw new MMFSError("INVALID_ARGUMENT", `The folder ${path} has no ${PICTURE_EXTENSIONS.join(", ")} file in it.`);
    }
    photos.push(...names.sort().map((name) => join(path, name)));
  }
  return [...new Set(photos)];
}
