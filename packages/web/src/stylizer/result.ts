import type { Picture } from "@mmfs/core";
import type { RemoteResult, Timed } from "@mmfs/core/internal";
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
   * @throws {MMFSError} `INVALID_ARGUMENT`, `IMAGE_TOO_LARGE`, `FORMAT_NOT_WRITABLE` where the browser cannot write the format.
   */
  toBlob(format?: WrittenFormat, options?: EncodeOptions): Promise<Blob>;
}

/** What {@link stylize} gives back. */
export type StylizeResult = RemoteResult<ShowablePicture>;
/** A face of the result; its aligned, stylised square can be shown and saved by itself. */
export type StylizedFace = StylizeResult["faces"][number];

/** What is added to a picture of a result. */
export function showable({ data, width, height }: Picture, timed: Timed): ShowablePicture {
  let bitmap: ImageBitmap | undefined;
  const toImageData = () => new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height);
  return {
    get bitmap() {
      bitmap ??= drawPixels(toImageData()).transferToImageBitmap();
      return bitmap;
    },
    toImageData,
    toBlob: (format = "png", options) => timed(() => encodePicture(toImageData(), format, options)),
  };
}
