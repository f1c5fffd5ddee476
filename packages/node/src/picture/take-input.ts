import { type LoadOptions, type Picture, takePicture } from "@mmfs/core";
import { checkSize, isPictureLike, type Taken } from "@mmfs/core/internal";
import { type DecodePictureOptions, decodePicture } from "./decode-picture.js";
import { ownCopy } from "./own-copy.js";
import type { PictureInput } from "./picture-input.js";
import { type ReadInputOptions, readInput } from "./read-input.js";

/**
 * The pixels of whatever the user gave, in a buffer of their own that moves to the thread: a file is read and decoded, pixels are
 * copied.
 *
 * @throws {MMFSError} as {@link readInput} and {@link decodePicture} do
 */
export async function takeInput(
  input: PictureInput,
  options: ReadInputOptions & DecodePictureOptions & LoadOptions,
): Promise<Taken<Picture>> {
  const { maxPixels, signal, onProgress } = options;
  onProgress?.({ type: "stage", stage: "decode", progress: 0 });
  if (!isPictureLike(input)) {
    const { warnings, ...photo } = await decodePicture(await readInput(input, options), { maxPixels, signal });
    return { photo, transfer: [photo.data.buffer], warnings };
  }
  const { width, height, data } = takePicture(input);
  checkSize({ width, height }, maxPixels);
  const own = await ownCopy(data);
  signal?.throwIfAborted();
  return { photo: { width, height, data: own }, transfer: [own.buffer] };
}
