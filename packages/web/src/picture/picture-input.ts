import type { NdarrayView, Picture } from "@mmfs/core";

/**
 * What may be given as a photo:
 * the bytes of a JPEG, PNG, WebP or AVIF file, as a `Blob`, `File`, `ArrayBuffer` or `Uint8Array`; the address of one, as a `URL` or a
 * string (relative to the page); or what shows a picture: `ImageData`, `ImageBitmap`, `<img>`, `<canvas>`, `OffscreenCanvas`,
 * `<video>` (the frame it stands at), `VideoFrame`; or pixels: `{ width, height, data }` with RGBA bytes, sRGB and straight alpha, or a
 * view of an ndarray of bytes, `[height, width, 4]`, `[height, width, 3]` or `[height, width]`. What is given stays the caller's and is not changed.
 */
export type PictureInput =
  | string
  | URL
  | Blob
  | ArrayBuffer
  | Uint8Array
  | ImageData
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | Picture
  | NdarrayView;
