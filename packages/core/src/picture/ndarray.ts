import { MMFSError } from "../errors/mmfs-error.js";
import { checkBytes, type Picture } from "./picture.js";

/**
 * What the package ndarray and others like it call an array of bytes: sample `[row, column, channel]` lies in `data` at
 * `offset + row * stride[0] + column * stride[1] + channel * stride[2]`. The package itself is not needed; who wants
 * one of its arrays asks `@mmfs/core/ndarray`.
 */
export interface NdarrayView {
  readonly data: Uint8ClampedArray | Uint8Array;
  /** `[height, width, 4]` (red, green, blue, alpha), `[height, width, 3]`, or `[height, width, 1]` or `[height, width]` (grey). */
  readonly shape: readonly number[];
  /** How many places in `data` the next row, column and channel are away; negative where a view is mirrored. */
  readonly stride: readonly number[];
  /** The place of the first sample in `data`. */
  readonly offset: number;
}

/** True for what has the form of an ndarray, whatever is in it. */
export function isNdarray(value: unknown): value is NdarrayView {
  if (typeof value !== "object" || value === null || !("data" in value && "shape" in value && "stride" in value))
    return false;
  return Array.isArray(value.shape) && Array.isArray(value.stride);
}

/**
 * The picture that a view of an ndarray shows: its own bytes where they lie row by row without gaps, else a packed copy. Grey and
 * RGB views are given an opaque alpha.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` if it does not hold bytes, is of another shape, or reaches beyond its bytes.
 */
export function fromNdarray(view: NdarrayView): Picture {
  const { data, offset } = view;
  const { height, width, channels } = sizeOf(view);
  checkBytes(data);
  checkReach(view);
  const [rowStride = 0, columnStride = 0, channelStride = 0] = view.stride;
  const length = width * height * 4;
  if (channels === 4 && channelStride === 1 && columnStride === 4 && (rowStride === width * 4 || height === 1)) {
    return { width, height, data: new Uint8ClampedArray(data.buffer, data.byteOffset + offset, length) };
  }
  const packed = new Uint8ClampedArray(length).fill(255);
  const colors = Math.max(channels, 3);
  const colorStride = channels === 1 ? 0 : channelStride;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = offset + y * rowStride + x * columnStride;
      for (let c = 0; c < colors; c++) packed[(y * width + x) * 4 + c] = data[at + c * colorStride]!;
    }
  }
  return { width, height, data: packed };
}

function sizeOf({ shape }: NdarrayView): { height: number; width: number; channels: number } {
  const [height = 0, width = 0, channels = 1] = shape;
  const isSize = [height, width].every((side) => Number.isInteger(side) && side >= 1);
  if (isSize && [2, 3].includes(shape.length) && [1, 3, 4].includes(channels)) return { height, width, channels };
  throw new MMFSError(
    "INVALID_ARGUMENT",
    `A picture has the shape [height, width, 4], [height, width, 3] or [height, width], not ${JSON.stringify(shape)}.`,
  );
}

function checkReach({ data, shape, stride, offset }: NdarrayView): void {
  const steps = shape.map((length, axis) => (length - 1) * stride[axis]!);
  const least = steps.reduce((sum, step) => sum + Math.min(step, 0), offset);
  const most = steps.reduce((sum, step) => sum + Math.max(step, 0), offset);
  if (least >= 0 && most < data.length && [offset, ...stride].every(Number.isInteger)) return;
  throw new MMFSError("INVALID_ARGUMENT", `The ndarray reaches beyond its ${data.length} bytes.`);
}
