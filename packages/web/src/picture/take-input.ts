import { MMFSError, type NdarrayView, type Picture, takePicture } from "@mmfs/core";
import { isPictureLike } from "@mmfs/core/internal";
import type { PictureInput } from "./picture-input.js";
import type { TravellingPhoto } from "./travelling-photo.js";

const ACCEPTED =
  "A photo is given as a Blob, File, ArrayBuffer, Uint8Array, address, ImageData, { width, height, data }, ImageBitmap, img, canvas, video or VideoFrame";

/**
 * Makes whatever the user gave fit to travel; what shows a picture is copied as it is at this moment.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `UNSUPPORTED_IMAGE` for an element that shows nothing, `CROSS_ORIGIN_PICTURE` for one that shows a
 * picture of another site that may not be read.
 */
export async function takeInput(input: PictureInput): Promise<TravellingPhoto> {
  if (typeof input === "string" || input instanceof URL) return { type: "address", url: absolute(input) };
  if (input instanceof Blob) return { type: "file", blob: input };
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) {
    return { type: "file", blob: new Blob([input as BlobPart]) };
  }
  if (is(input, "ImageData") && !isSrgbBytes(input as ImageData)) {
    return { type: "bitmap", bitmap: await createImageBitmap(input as ImageData) };
  }
  if (isPictureLike(input)) return takePixels(input);
  return { type: "bitmap", bitmap: await takeBitmap(input as Shown) };
}

function absolute(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(address, base)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A string is taken for an address, and ${JSON.stringify(address)} is none.`,
    );
  }
  return new URL(address, base).href;
}

function isSrgbBytes({ colorSpace = "srgb", data }: ImageData): boolean {
  return colorSpace === "srgb" && data instanceof Uint8ClampedArray;
}

function takePixels(pixels: Picture | NdarrayView): TravellingPhoto {
  const { width, height, data } = takePicture(pixels);
  return { type: "pixels", picture: { width, height, data: new Uint8ClampedArray(data) } };
}

type Shown = Exclude<PictureInput, string | URL | Blob | ArrayBuffer | Uint8Array | Picture | NdarrayView>;

async function takeBitmap(input: Shown): Promise<ImageBitmap> {
  const names = [
    "ImageBitmap",
    "HTMLImageElement",
    "HTMLCanvasElement",
    "OffscreenCanvas",
    "HTMLVideoElement",
    "VideoFrame",
  ];
  if (!names.some((name) => is(input, name))) {
    throw new MMFSError("INVALID_ARGUMENT", `${ACCEPTED}, not as ${describe(input)}.`);
  }
  let bitmap: ImageBitmap;
  try {
    if (is(input, "HTMLImageElement")) await (input as HTMLImageElement).decode();
    bitmap = await createImageBitmap(input, { premultiplyAlpha: "none" });
  } catch (cause) {
    throw new MMFSError(
      "UNSUPPORTED_IMAGE",
      `${describe(input)} shows no picture that can be read: it may be empty, not loaded, or an address that failed.`,
      { cause },
    );
  }
  checkReadable(bitmap);
  return bitmap;
}

/** What may not be read may not travel either, and the browser would say that without a reason. */
function checkReadable(bitmap: ImageBitmap): void {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context?.drawImage(bitmap, 0, 0);
  try {
    context?.getImageData(0, 0, 1, 1);
  } catch (cause) {
    bitmap.close();
    throw new MMFSError(
      "CROSS_ORIGIN_PICTURE",
      "The picture comes from another site that does not let its pixels be read. Let that site send " +
        'Access-Control-Allow-Origin and load the img with crossorigin="anonymous".',
      { cause },
    );
  }
}

/** Some of these classes are missing in workers and in older browsers. */
function is(value: unknown, name: string): boolean {
  const known = (globalThis as Record<string, unknown>)[name];
  return typeof known === "function" && value instanceof known;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
}
