import {
  type StylizedFace as CoreStylizedFace,
  type StylizeResult as CoreStylizeResult,
  type Picture,
  type PictureFormat,
  type ProgressEvent,
  reviveStyleCode,
} from "@mmfs/core";
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

/** A face of the result; its aligned, stylised square can be written by itself. */
export interface StylizedFace extends CoreStylizedFace, WritablePicture {}

/** What {@link stylize} gives back. */
export interface StylizeResult extends Omit<CoreStylizeResult, "faces">, WritablePicture {
  faces: StylizedFace[];
}

/** Looks at what came from the worker as a {@link StylizeResult}; no pixel is copied. */
export function makeResult(raw: CoreStylizeResult, onProgress: (event: ProgressEvent) => void): StylizeResult {
  const { style, faces, ...rest } = raw;
  const timings = { ...rest.timings };
  return {
    ...rest,
    timings,
    faces: faces.map(makeFace),
    style: { code: reviveStyleCode(style.code), seed: style.seed },
    ...writable(rest, async (write) => {
      const start = performance.now();
      onProgress({ type: "stage", stage: "write", progress: 1 });
      const written = await write();
      timings.write = performance.now() - start;
      return written;
    }),
  };
}

function makeFace(face: CoreStylizedFace): StylizedFace {
  return { ...face, ...writable(face.picture, (write) => write()) };
}

function writable(picture: Picture, around: <T>(write: () => Promise<T>) => Promise<T>): WritablePicture {
  return {
    toBuffer: (format = "png", options) => around(() => encodePicture(picture, format, options)),
    toFile: (path, options) =>
      around(async () => {
        const bytes = await encodePicture(picture, formatOfPath(path), options);
        await writeFileAtomically(path, bytes, { signal: options?.signal });
      }),
  };
}
