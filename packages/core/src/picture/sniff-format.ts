/** Formats that are read and written. */
export const PICTURE_FORMATS = ["jpeg", "png", "webp", "avif"] as const;

export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** What the first bytes of a file say that it is. */
export type SniffedFormat = { format: PictureFormat } | { refused: string } | undefined;

/**
 * Tells the format of a file by its first bytes, never by its name or MIME type.
 *
 * @param bytes the file, or at least its first 1024 bytes.
 * @returns an accepted format, the name of one that is known but refused, or undefined for anything else.
 */
export function sniffFormat(bytes: Uint8Array): SniffedFormat {
  const latin1 = String.fromCharCode(...bytes.subarray(0, 1024));
  const starts = (magic: string) => latin1.startsWith(magic);

  if (starts("\xff\xd8\xff")) return { format: "jpeg" };
  if (starts("\x89PNG\r\n\x1a\n")) return { format: "png" };
  if (starts("RIFF") && latin1.slice(8, 12) === "WEBP") return { format: "webp" };
  if (latin1.slice(4, 8) === "ftyp") return sniffIsoMedia(latin1, bytes);
  if (starts("GIF8")) return { refused: "GIF" };
  if (starts("II*\0") || starts("MM\0*") || starts("II+\0") || starts("MM\0+"))
    return { refused: "TIFF or camera raw" };
  if (starts("%PDF")) return { refused: "PDF" };
  if (starts("BM")) return { refused: "BMP" };
  if (starts("\0\0\x01\0")) return { refused: "ICO" };
  if (starts("8BPS")) return { refused: "Photoshop" };
  if (starts("\xff\x0a") || starts("\0\0\0\x0cJXL ")) return { refused: "JPEG XL" };
  if (starts("\0\0\0\x0cjP  ")) return { refused: "JPEG 2000" };
  if (/<svg[\s>]/i.test(latin1)) return { refused: "SVG" };
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i.test(latin1)) return { refused: "HTML" };
  return undefined;
}

/** The brands of an ISO base media file: AVIF is one, HEIC (HEVC, no free decoder) and videos are others. */
function sniffIsoMedia(head: string, bytes: Uint8Array): SniffedFormat {
  const boxBytes = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  const brands: string[] = head.slice(8, Math.min(Math.max(boxBytes, 16), 256)).match(/.{4}/gs) ?? [];
  if (brands.includes("avif") || brands.includes("avis")) return { format: "avif" };
  if (brands.some((brand) => /^(hei[cmsx]|hev[cmsx]|mif1|msf1)$/.test(brand))) return { refused: "HEIC" };
  return { refused: "video" };
}
