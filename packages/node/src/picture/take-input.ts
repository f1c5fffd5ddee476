import { isPictureLike, takePicture } from "@mmfs/core";
import { checkSize } from "./check-size.js";
import { type DecodedPicture, type DecodePictureOptions, decodePicture } from "./decode-picture.js";
import { ownCopy } from "./own-copy.js";
import type { PictureInput } from "./picture-input.js";
import { type ReadInputOptions, readInput } from "./read-input.js";

/**
 * The pixels of whatever the user gave, in a buffer of their own: a file is read and decoded, pixels are copied.
 *
 * @throws {MMFSError} as {@link readInput} and {@link decodePicture} do
 */
export async function takeInput(
  input: PictureInput,
  options: ReadInputOptions & DecodePictureOptions,
): Promise<DecodedPicture> {
  const { maxPixels, signal } = options;
  if (!isPictureLike(input)) return decodePicture(await readInput(input, options), { maxPixels, signal });
  const { width, height, data } = takePicture(input);
  checkSize({ width, height }, maxPixels);
  const own = await ownCopy(data);
  signal?.throwIfAborted();
  return { width, height, data: own, warnings: [] };
}
