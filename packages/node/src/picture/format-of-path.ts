import { extname } from "node:path";
import { MMFSError, type PictureFormat } from "@mmfs/core";

const FORMATS: Record<string, PictureFormat> = {
  ".jpg": "jpeg",
  ".jpeg": "jpeg",
  ".jpe": "jpeg",
  ".jfif": "jpeg",
  ".png": "png",
  ".webp": "webp",
  ".avif": "avif",
};

/** Extensions of files that are read and written, lower case with the dot. */
export const PICTURE_EXTENSIONS: readonly string[] = Object.keys(FORMATS);

/** The format that a file's extension asks for. @throws {MMFSError} `INVALID_ARGUMENT` */
export function formatOfPath(path: string): PictureFormat {
  const format = FORMATS[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `The extension of ${path} names no format that is written; use ${PICTURE_EXTENSIONS.join(", ")}.`,
    );
  }
  return format;
}
