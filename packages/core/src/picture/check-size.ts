import { MMFSError } from "../errors/mmfs-error.js";

/** Refuses a picture of more than `maxPixels` pixels. @throws {MMFSError} `IMAGE_TOO_LARGE` */
export function checkSize({ width, height }: { width: number; height: number }, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new MMFSError(
    "IMAGE_TOO_LARGE",
    `The picture has ${width} × ${height} pixels, more than maxPixels (${maxPixels}). Make it smaller or raise maxPixels.`,
    { data: { width, height, maxPixels } },
  );
}
