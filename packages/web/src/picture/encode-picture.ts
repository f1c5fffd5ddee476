import { MMFSError } from "@mmfs/core";

/** Formats that browsers write. */
export const WRITTEN_FORMATS = ["png", "jpeg", "webp"] as const;

export type WrittenFormat = (typeof WRITTEN_FORMATS)[number];

export interface EncodeOptions {
  /** From 1 to 100; PNG is lossless and has none. @default 90 */
  quality?: number | undefined;
}

/**
 * Encodes a picture as a file. JPEG has no transparency: it is laid on white.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `IMAGE_TOO_LARGE`, `FORMAT_NOT_WRITABLE` where the browser cannot write the format.
 */
export async function encodePicture(
  pixels: ImageData,
  format: WrittenFormat,
  { quality = 90 }: EncodeOptions = {},
): Promise<Blob> {
  if (!WRITTEN_FORMATS.includes(format)) {
    throw new MMFSError("INVALID_ARGUMENT", `"${format}" is no format that is written: use png, jpeg or webp.`);
  }
  if (!(Number.isInteger(quality) && quality >= 1 && quality <= 100)) {
    throw new MMFSError("INVALID_ARGUMENT", `quality is a whole number from 1 to 100, not ${quality}.`);
  }
  const canvas = drawPixels(pixels, format === "jpeg" ? "white" : undefined);
  const type = `image/${format}`;
  const blob = await canvas.convertToBlob({ type, quality: quality / 100 });
  if (blob.type === type) return blob;
  throw new MMFSError("FORMAT_NOT_WRITABLE", `This browser does not write ${format}; use png or jpeg.`, {
    data: { format },
  });
}

/** A canvas with these pixels. @param background what is laid under transparent parts. */
export function drawPixels(pixels: ImageData, background?: string): OffscreenCanvas {
  const { width, height } = pixels;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new MMFSError("IMAGE_TOO_LARGE", `The browser has no canvas of ${width} × ${height} pixels.`, {
      data: { width, height },
    });
  }
  context.putImageData(pixels, 0, 0);
  if (background !== undefined) {
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
  }
  return canvas;
}
