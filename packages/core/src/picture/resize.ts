import { MMFSError } from "../errors/mmfs-error.js";
import { wrapPicture } from "./create-picture.js";
import type { Picture } from "./picture.js";
import { pixelsOf } from "./pixels.js";
import { type ResampleFilter, resample } from "./resample.js";

/**
 * Resizes a picture without keeping its proportions.
 *
 * @param picture alpha is not looked at; {@link flatten} a picture that is not opaque first.
 * @param filter for both axes. By default each axis takes `area` where it shrinks and `cubic` where it grows.
 * @returns an opaque picture `[height, width, 4]`.
 * @throws {MMFSError} `INVALID_ARGUMENT`
 */
export function resize(picture: Picture, width: number, height: number, filter?: ResampleFilter): Picture {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A picture can be resized to whole pixels only, not to ${width}×${height}.`,
    );
  }
  const pixels = pixelsOf(picture);
  const { data } = resample(
    pixels,
    { start: 0, length: pixels.width },
    { start: 0, length: pixels.height },
    width,
    height,
    filter ?? (width < pixels.width ? "area" : "cubic"),
    filter ?? (height < pixels.height ? "area" : "cubic"),
  );
  return wrapPicture(data, width, height);
}
