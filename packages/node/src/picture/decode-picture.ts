import { MMFSError, type Picture } from "@mmfs/core";
import { checkPictureFormat, checkSize } from "@mmfs/core/internal";
import type { Metadata } from "sharp";
import { loadSharp } from "./load-sharp.js";
import { ownCopy } from "./own-copy.js";

export interface DecodePictureOptions {
  /** The largest picture that is decoded, in pixels. */
  maxPixels: number;
  signal?: AbortSignal | undefined;
}

/** A decoded photo and what the user should know about how it was read. */
export interface DecodedPicture extends Picture {
  /** In a buffer of its own, which can be transferred. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  warnings: string[];
}

/**
 * Decodes a photo to upright sRGB pixels: the header is judged before a pixel is touched, EXIF orientation is applied,
 * the embedded colour profile is converted, and grey, CMYK and 16-bit pictures become 8-bit RGBA.
 *
 * @throws {MMFSError} `UNSUPPORTED_IMAGE`, `IMAGE_TOO_LARGE`
 */
export async function decodePicture(bytes: Uint8Array, options: DecodePictureOptions): Promise<DecodedPicture> {
  const { maxPixels, signal } = options;
  checkPictureFormat(bytes);
  const sharp = await loadSharp();
  signal?.throwIfAborted();

  const header = await readHeader(() => sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata());
  checkSize(header, maxPixels);
  signal?.throwIfAborted();

  const pipeline = sharp(bytes, { limitInputPixels: maxPixels, failOn: "error" })
    .autoOrient()
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" });
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true }).catch((cause: unknown) => {
    throw damaged(cause);
  });
  signal?.throwIfAborted();

  return {
    width: info.width,
    height: info.height,
    data: await ownCopy(data),
    warnings: (header.pages ?? 1) > 1 ? ["The picture is animated; only its first frame is used."] : [],
  };
}

async function readHeader(read: () => Promise<Metadata>): Promise<Metadata> {
  const header = await read().catch((cause: unknown) => {
    throw damaged(cause);
  });
  const known = ["jpeg", "png", "webp"].includes(header.format) || header.compression === "av1";
  if (!known || !header.width || !header.height) {
    throw new MMFSError("UNSUPPORTED_IMAGE", `The picture is of a format that is not accepted (${header.format}).`);
  }
  return header;
}

function damaged(cause: unknown): MMFSError {
  const detail = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new MMFSError("UNSUPPORTED_IMAGE", `The picture is damaged or incomplete and cannot be decoded (${detail}).`, {
    cause,
  });
}
