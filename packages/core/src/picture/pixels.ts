import { MMFSError } from "../errors/mmfs-error.js";
import type { Picture } from "./picture.js";

/** A picture as plain bytes, which inner loops read without strides. */
export interface Pixels {
  width: number;
  height: number;
  /** `height × width × 4` bytes, row by row. */
  data: Uint8ClampedArray;
}

/**
 * The bytes of a picture: its own where they lie row by row without gaps, else a packed copy. Pictures with one channel
 * (grey) or three are given an opaque alpha.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` if it is not a picture of `[height, width, 1 | 3 | 4]` bytes.
 */
export function pixelsOf(picture: Picture): Pixels {
  if (!Array.isArray(picture?.shape)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      "A picture is what wrapPicture makes of RGBA bytes, or an ndarray of bytes.",
    );
  }
  const [height, width, channels] = picture.shape;
  if (picture.shape.length !== 3 || !height || !width || (channels !== 1 && channels !== 3 && channels !== 4)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture must have the shape [height, width, 4] with at least one pixel, not [${picture.shape.join(", ")}].`,
    );
  }
  if (!(picture.data instanceof Uint8ClampedArray) && !((picture.data as unknown) instanceof Uint8Array)) {
    throw new MMFSError("INVALID_ARGUMENT", "A picture must hold bytes: give a Uint8ClampedArray.");
  }
  const { data, offset } = picture;
  const [rowStride = 0, columnStride = 0, channelStride = 0] = picture.stride;
  const length = width * height * 4;
  if (channels === 4 && channelStride === 1 && columnStride === 4 && rowStride === width * 4) {
    const own = new Uint8ClampedArray(data.buffer, data.byteOffset + offset, length);
    return { width, height, data: own };
  }
  const packed = new Uint8ClampedArray(length);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + y * rowStride + x * columnStride;
      for (let c = 0; c < 3; c++) packed[out++] = data[at + (channels === 1 ? 0 : c * channelStride)]!;
      packed[out++] = channels === 4 ? data[at + 3 * channelStride]! : 255;
    }
  }
  return { width, height, data: packed };
}
