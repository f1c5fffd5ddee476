import {
  type StylizedFace as CoreStylizedFace,
  type StylizeResult as CoreStylizeResult,
  type Picture,
  type ProgressEvent,
  reviveStyleCode,
} from "@mmfs/core";
import { drawPixels, type EncodeOptions, encodePicture, type WrittenFormat } from "../picture/encode-picture.js";

/** A picture that can be shown and saved. */
export interface ShowablePicture {
  /** To be drawn: `canvas.getContext("2d").drawImage(picture.bitmap, 0, 0)`. Made when it is first asked for, and then kept. */
  readonly bitmap: ImageBitmap;
  /** The pixels, sRGB with straight alpha. They are those of the result, not a copy. */
  toImageData(): ImageData;
  /**
   * A picture file.
   *
   * @param format @default "png"
   * @throws {MMFSError} `INVALID_ARGUMENT`, `IMAGE_TOO_LARGE`, `UNSUPPORTED_PLATFORM` where the browser cannot write the format.
   */
  toBlob(format?: WrittenFormat, options?: EncodeOptions): Promise<Blob>;
}

/** A face of the result; its aligned, stylised square can be shown and saved by itself. */
export interface StylizedFace extends CoreStylizedFace, ShowablePicture {}

/** What {@link stylize} gives back. */
export interface StylizeResult extends Omit<CoreStylizeResult, "faces">, ShowablePicture {
  faces: StylizedFace[];
}

type Around = (write: () => Promise<Blob>) => Promise<Blob>;

/** Looks at what came from the worker as a {@link StylizeResult}; no pixel is copied. */
export function makeResult(raw: CoreStylizeResult, onProgress: (event: ProgressEvent) => void): StylizeResult {
  const { style, faces, ...rest } = raw;
  const timings = { ...rest.timings };
  const timed: Around = async (write) => {
    const start = performance.now();
    onProgress({ type: "stage", stage: "write", progress: 1 });
    const blob = await write();
    timings.write = performance.now() - start;
    return blob;
  };
  return withShowing(rest, timed, {
    ...rest,
    timings,
    faces: faces.map(makeFace),
    style: { code: reviveStyleCode(style.code), seed: style.seed },
  });
}

function makeFace(face: CoreStylizedFace): StylizedFace {
  return withShowing(face.picture, (write) => write(), { ...face });
}

function withShowing<T extends object>(
  { data, width, height }: Picture,
  around: Around,
  result: T,
): T & ShowablePicture {
  let bitmap: ImageBitmap | undefined;
  const toImageData = () => new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
  return Object.defineProperty(
    Object.assign(result, {
      toImageData,
      toBlob: (format: WrittenFormat = "png", options?: EncodeOptions) =>
        around(() => encodePicture(toImageData(), format, options)),
    }),
    "bitmap",
    {
      enumerable: true,
      get() {
        bitmap ??= drawPixels(toImageData()).transferToImageBitmap();
        return bitmap;
      },
    },
  ) as T & ShowablePicture;
}
