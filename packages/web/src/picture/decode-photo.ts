import { MMFSError, type Picture } from "@mmfs/core";
import { checkPictureFormat, checkSize, sizeInHeader } from "@mmfs/core/internal";
import { fetchPhoto } from "./fetch-photo.js";
import type { TravellingPhoto } from "./travelling-photo.js";

/** Bytes at the beginning of a file in which its size is looked for. */
const HEADER_BYTES = 2 ** 19;

export interface DecodePhotoOptions {
  /** The largest picture whose pixels are read. */
  maxPixels: number;
  signal: AbortSignal;
  /** @default the browser's */
  fetch?: typeof globalThis.fetch | undefined;
}

/**
 * The pixels of a photo: upright, sRGB, straight alpha. The browser decodes it, applies EXIF orientation and converts the colours of
 * an embedded profile. Colours under a transparency are rounded as canvases do.
 *
 * @throws {MMFSError} `UNSUPPORTED_IMAGE`, `IMAGE_TOO_LARGE`, `DOWNLOAD_FAILED`, `FILE_NOT_READABLE`
 */
export async function decodePhoto(photo: TravellingPhoto, options: DecodePhotoOptions): Promise<Picture> {
  const { maxPixels, signal } = options;
  if (photo.type === "pixels") {
    checkSize(photo.picture, maxPixels);
    return photo.picture;
  }
  const bitmap = photo.type === "bitmap" ? photo.bitmap : await decodeFile(photo, options);
  try {
    signal.throwIfAborted();
    checkSize(bitmap, maxPixels);
    return readPixels(bitmap);
  } finally {
    bitmap.close();
  }
}

async function decodeFile(
  photo: Extract<TravellingPhoto, { type: "file" | "address" }>,
  { maxPixels, signal, fetch }: DecodePhotoOptions,
): Promise<ImageBitmap> {
  const blob = photo.type === "file" ? photo.blob : await fetchPhoto(photo.url, { signal, fetch });
  let head: ArrayBuffer;
  try {
    head = await blob.slice(0, HEADER_BYTES).arrayBuffer();
  } catch (cause) {
    throw new MMFSError("FILE_NOT_READABLE", "The file cannot be read; it may have been moved or changed.", { cause });
  }
  const bytes = new Uint8Array(head);
  checkPictureFormat(bytes);
  checkSize(sizeInHeader(bytes) ?? { width: 0, height: 0 }, maxPixels);
  signal.throwIfAborted();
  try {
    return await createImageBitmap(blob, { premultiplyAlpha: "none" });
  } catch (cause) {
    throw new MMFSError(
      "UNSUPPORTED_IMAGE",
      "The picture is damaged or incomplete, or this browser cannot decode its format; save it as JPEG or PNG.",
      { cause },
    );
  }
}

/** Pixels that are read at once: a canvas of a whole large photo would be one copy too many. */
const PIXELS_AT_ONCE = 2 ** 20;

function readPixels(bitmap: ImageBitmap): Picture {
  const { width, height } = bitmap;
  const rows = Math.min(height, Math.ceil(PIXELS_AT_ONCE / width));
  const context = new OffscreenCanvas(width, rows).getContext("2d", { willReadFrequently: true });
  if (context === null) {
    throw new MMFSError(
      "IMAGE_TOO_LARGE",
      `The browser has no canvas of ${width} × ${height} pixels; make it smaller.`,
      { data: { width, height } },
    );
  }
  // What is drawn replaces what was there, transparency as well.
  context.globalCompositeOperation = "copy";
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += rows) {
    context.drawImage(bitmap, 0, -y);
    data.set(context.getImageData(0, 0, width, Math.min(rows, height - y)).data, y * width * 4);
  }
  return { width, height, data };
}
