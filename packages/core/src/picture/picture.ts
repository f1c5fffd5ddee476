import { MMFSError } from "../errors/mmfs-error.js";

/**
 * A picture in memory: RGBA, sRGB, straight (not premultiplied) alpha, one byte a sample, 0 to 255, row by row;
 * `data.length === width * height * 4`. `ImageData` is one, and so is sharp's raw output with 4 channels.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** A new picture of transparent black. @throws {MMFSError} `INVALID_ARGUMENT` for a size that no picture has */
export function createPicture(width: number, height: number): Picture {
  checkSize(width, height);
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}

/**
 * Looks at a picture at the door. Nothing is copied: bytes in a `Buffer` or another `Uint8Array` are looked at as a
 * `Uint8ClampedArray`, and a picture that is one already is returned as it is.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, with what is wrong.
 */
export function checkPicture(value: unknown): Picture {
  if (typeof value !== "object" || value === null || !("data" in value && "width" in value && "height" in value)) {
    throw new MMFSError("INVALID_ARGUMENT", "A picture is { width, height, data } with RGBA bytes, as ImageData is.");
  }
  const { width, height, data } = value as { width: number; height: number; data: unknown };
  checkSize(width, height);
  checkBytes(data);
  if (data.length !== width * height * 4) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture of ${width}×${height} pixels has ${width * height * 4} bytes (red, green, blue, alpha), but ${data.length} were given.`,
    );
  }
  if (data instanceof Uint8ClampedArray) return value as Picture;
  return { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength) };
}

/** @throws {MMFSError} `INVALID_ARGUMENT` */
export function checkBytes(data: unknown): asserts data is Uint8ClampedArray | Uint8Array {
  if (data instanceof Uint8ClampedArray || data instanceof Uint8Array) return;
  throw new MMFSError("INVALID_ARGUMENT", "The data of a picture must be bytes: give a Uint8ClampedArray.");
}

function checkSize(width: number, height: number): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1) return;
  throw new MMFSError(
    "INVALID_ARGUMENT",
    `A picture needs a whole width and height of at least 1, not ${width}×${height}.`,
  );
}
