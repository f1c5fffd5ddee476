import { MMFSError, type Picture, type PictureFormat } from "@mmfs/core";
import { leaveOnAbort, PICTURE_FORMATS } from "@mmfs/core/internal";
import { loadSharp } from "./load-sharp.js";

export interface EncodeOptions {
  /** From 1 to 100; PNG is lossless and has none. @default 90 for JPEG and WebP, 60 for AVIF */
  quality?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** The largest side that the format can express, in pixels. */
const MAX_SIDE: Record<PictureFormat, number> = { jpeg: 65535, png: 2 ** 31 - 1, webp: 16383, avif: 65536 };

/**
 * Encodes pixels as a file, tagged with the sRGB profile. JPEG has no transparency: it is laid on white.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `IMAGE_TOO_LARGE`
 */
export async function encodePicture(
  picture: Picture,
  format: PictureFormat,
  options: EncodeOptions = {},
): Promise<Buffer> {
  const { quality, signal } = options;
  if (!PICTURE_FORMATS.includes(format)) {
    throw new MMFSError("INVALID_ARGUMENT", `"${format}" is no format that is written: use jpeg, png, webp or avif.`);
  }
  if (quality !== undefined && !(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new MMFSError("INVALID_ARGUMENT", `quality is a whole number from 1 to 100, not ${quality}.`);
  }
  const { width, height, data } = picture;
  if (Math.max(width, height) > MAX_SIDE[format]) {
    throw new MMFSError("IMAGE_TOO_LARGE", `A ${format} file cannot hold ${width} × ${height} pixels; write a PNG.`, {
      data: { width, height },
    });
  }
  signal?.throwIfAborted();
  const sharp = await loadSharp();
  const raw = sharp(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), {
    raw: { width, height, channels: 4 },
    limitInputPixels: false,
  }).withIccProfile("srgb");
  const encoded = {
    // Optimised Huffman tables would make the file 1.5 % smaller and encoding more than twice as long.
    jpeg: () =>
      raw
        .flatten({ background: "white" })
        .jpeg({ quality: quality ?? 90, chromaSubsampling: "4:4:4", optimiseCoding: false }),
    png: () => raw.png(),
    webp: () => raw.webp({ quality: quality ?? 90 }),
    avif: () => raw.avif({ quality: quality ?? 60 }),
  }[format]();
  return leaveOnAbort(encoded.toBuffer(), signal);
}
