import { MMFSError } from "../errors/mmfs-error.js";
import type { Picture } from "./picture.js";

/** A picture of transparent black. */
export function createPicture(width: number, height: number): Picture {
  return new PackedPicture(new Uint8ClampedArray(width * height * 4), width, height);
}

/**
 * Looks at RGBA bytes, as `ImageData` and sharp's `.ensureAlpha().raw()` hold them, as a picture. Nothing is copied.
 *
 * @param data sRGB with straight alpha, `height × width × 4` bytes, row by row.
 * @throws {MMFSError} `INVALID_ARGUMENT` if the number of bytes does not fit the size.
 */
export function wrapPicture(data: Uint8ClampedArray | Uint8Array, width: number, height: number): Picture {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture needs a whole width and height of at least 1, not ${width}×${height}.`,
    );
  }
  if (data.length !== width * height * 4) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture of ${width}×${height} pixels has ${width * height * 4} bytes (red, green, blue, alpha), but ${data.length} were given.`,
    );
  }
  const bytes =
    data instanceof Uint8ClampedArray ? data : new Uint8ClampedArray(data.buffer, data.byteOffset, data.byteLength);
  return new PackedPicture(bytes, width, height);
}

// The package ndarray compiles its views with `new Function`, which a strict Content-Security-Policy forbids.
class PackedPicture implements Picture {
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  readonly offset = 0;

  constructor(
    readonly data: Uint8ClampedArray,
    width: number,
    height: number,
  ) {
    this.shape = [height, width, 4];
    this.stride = [width * 4, 4, 1];
  }

  get(row: number, column: number, channel: number): number {
    return this.data[row * this.stride[0]! + column * 4 + channel]!;
  }
}
