/**
 * What may be given as a photo: the path of a file, its bytes, a `Blob` or `File`, or a `URL` object (`file:`, and
 * `http:` or `https:` where `allowRemote` is set). The bytes are those of a JPEG, PNG, WebP or AVIF file.
 */
export type PictureInput = string | URL | Uint8Array | ArrayBuffer | Blob;
