import { MMFSError } from "../errors/mmfs-error.js";
import type { Picture } from "./picture.js";
import { type ResampleFilter, resample } from "./resample.js";

/**
 * Resizes a picture without keeping its proportions.
 *
 * @param picture alpha is not looked at; {@link flatten} a picture that is not opaque first.
 * @param options.filter for both axes. By default each axis takes `area` where it shrinks and `cubic` where it grows.
 * @param options.into bytes that the result may take, which are not those of the picture. @default new ones
 * @returns an opaque picture of `width × height` pixels.
 * @throws {MMFSError} `INVALID_ARGUMENT`
 */
export function resize(
  picture: Picture,
  width: number,
  height: number,
  { filter, into }: { filter?: ResampleFilter | undefined; into?: Uint8ClampedArray | undefined } = {},
): Picture {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture can be resized to whole pixels only, not to ${width}×${height}.`,
    );
  }
  const whole = { columns: { start: 0, length: picture.width }, rows: { start: 0, length: picture.height } };
  const across = width < picture.width ? "area" : "cubic";
  const down = height < picture.height ? "area" : "cubic";
  return resample(picture, whole, { width, height, into }, filter ?? { across, down });
}
