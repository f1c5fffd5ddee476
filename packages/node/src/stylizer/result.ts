import type { Picture, PictureFormat } from "@mmfs/core";
import type { RemoteResult, Timed } from "@mmfs/core/internal";
import { type EncodeOptions, encodePicture } from "../picture/encode-picture.js";
import { formatOfPath } from "../picture/format-of-path.js";
import { writeFileAtomically } from "../picture/write-file-atomically.js";

/** A picture that can be encoded and written. */
export interface WritablePicture {
  /**
   * The bytes of a picture file, tagged as sRGB.
   *
   * @param format @default "png"
   * @throws {MMFSError} `INVALID_ARGUMENT`, `IMAGE_TOO_LARGE`
   */
  toBuffer(format?: PictureFormat, options?: EncodeOptions): Promise<Buffer>;
  /**
   * Writes a file in the format that its extension names. The name never stands for half a file.
   *
   * @throws {MMFSError} `FILE_NOT_WRITABLE`, and what {@link toBuffer} throws.
   */
  toFile(path: string, options?: EncodeOptions): Promise<void>;
}

/** What {@link stylize} gives back. */
export type StylizeResult = RemoteResult<WritablePicture>;
/** A face of the result; its aligned, stylised square can be written by itself. */
export type StylizedFace = StylizeResult["faces"][number];

/** What is added to a picture of a result. */
export function writable(picture: Picture, timed: Timed): WritablePicture {
  return {
    toBuffer: (format = "png", options) => timed(() => encodePicture(picture, format, options)),
    toFile: (path, options) =>
      timed(async () => {
        const bytes = await encodePicture(picture, formatOfPath(path), options);
        await writeFileAtomically(path, bytes, { signal: options?.signal });
      }),
  };
}
