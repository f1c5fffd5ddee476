import type { NdarrayView, Picture } from "@mmfs/core";

/**
 * A picture file, JPEG, PNG, WebP or AVIF: its path, its bytes, a `Blob` or `File`, or a `URL` object (`file:`, and `http:` or
 * `https:` where `allowRemote` is set).
 */
export type FileInput = string | URL | Uint8Array | ArrayBuffer | Blob;

/**
 * What may be given as a photo: a picture file; or pixels, `{ width, height, data }` with RGBA bytes, sRGB and straight alpha, as
 * `ImageData`, canvases and sharp's `.ensureAlpha().raw()` have them; or a view of an ndarray of bytes, `[height, width, 4]`,
 * `[height, width, 3]` or `[height, width]`. Pixels are copied when their
 * turn has come; until the call settles they are to stay as they are.
 */
export type PictureInput = FileInput | Picture | NdarrayView;
