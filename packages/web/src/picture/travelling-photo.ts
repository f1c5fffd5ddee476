import type { Picture } from "@mmfs/core";

/** A photo as it travels to the worker, which does what takes time. */
export type TravellingPhoto =
  | { type: "file"; blob: Blob }
  | { type: "address"; url: string }
  | { type: "bitmap"; bitmap: ImageBitmap }
  /** In a buffer of its own. */
  | { type: "pixels"; picture: Picture };

/** What of a photo moves to the worker instead of being copied. */
export function transferOf(photo: TravellingPhoto): Transferable[] {
  if (photo.type === "bitmap") return [photo.bitmap];
  return photo.type === "pixels" ? [photo.picture.data.buffer as ArrayBuffer] : [];
}
