import { open } from "node:fs/promises";
import { MMFSError } from "@mmfs/core";
import { sniffFormat } from "@mmfs/core/internal";

/** What a file that is named as a style holds. */
export type StyleFileKind = "picture" | "pack" | "code";

/** A name with one of these endings means a file, also where there is none; with another ending only where there is one. */
const KNOWN_ENDING = /\.(jpe?g|jpe|jfif|png|webp|avif|heic|gif|tiff?|bmp|mmfspack|style|json)$/i;
const ANY_ENDING = /\.\w{2,8}$/;

/**
 * Tells by its content what a style's file is.
 *
 * @param text as of `--style`: a path, or the name of a preset, or a prompt.
 * @returns undefined if the text names no file
 * @throws {MMFSError} `FILE_NOT_READABLE`; `STYLE_INVALID` if the file holds no style
 */
export async function styleFileKind(text: string): Promise<StyleFileKind | undefined> {
  const isCertain = KNOWN_ENDING.test(text);
  if (!isCertain && !ANY_ENDING.test(text)) return undefined;
  const head = await firstBytes(text).catch((cause: unknown) => {
    if (!isCertain) return undefined;
    const isThere = (cause as NodeJS.ErrnoException).code !== "ENOENT";
    throw new MMFSError(
      "FILE_NOT_READABLE",
      `The style's file ${text} ${isThere ? "cannot be read" : "does not exist"}.`,
      {
        cause,
        data: { path: text },
      },
    );
  });
  if (head === undefined) return undefined;
  if (head.subarray(0, 4).toString("latin1") === "PK\x03\x04") return "pack";
  if (sniffFormat(head) !== undefined) return "picture";
  if (/^\ufeff?\s*\{/.test(head.toString("utf8"))) return "code";
  throw new MMFSError("STYLE_INVALID", `The file ${text} is no picture, no style pack and no style code.`);
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1024), 0, 1024, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
