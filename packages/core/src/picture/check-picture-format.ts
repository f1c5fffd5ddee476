import { MMFSError } from "../errors/mmfs-error.js";
import { sniffFormat } from "./sniff-format.js";

/**
 * Refuses what is no picture, or one of a format that is not accepted, by its first bytes.
 *
 * @param bytes the file, or at least its first 1024 bytes.
 * @throws {MMFSError} `UNSUPPORTED_IMAGE` naming the format.
 */
export function checkPictureFormat(bytes: Uint8Array): void {
  const sniffed = sniffFormat(bytes);
  if (sniffed !== undefined && "format" in sniffed) return;
  if (sniffed === undefined) {
    const what = bytes.byteLength === 0 ? "The file is empty" : "The bytes are not those of a picture";
    throw new MMFSError("UNSUPPORTED_IMAGE", `${what}. Give a JPEG, PNG, WebP or AVIF file.`);
  }
  throw new MMFSError(
    "UNSUPPORTED_IMAGE",
    `The file is ${sniffed.refused}, which is not accepted. Save it as JPEG, PNG, WebP or AVIF first.`,
    { data: { format: sniffed.refused } },
  );
}
