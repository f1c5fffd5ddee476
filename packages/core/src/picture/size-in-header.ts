import { sniffFormat } from "./sniff-format.js";

/** The width and height that a file claims to have. */
export interface HeaderSize {
  width: number;
  height: number;
}

/**
 * Reads the size of a JPEG, PNG, WebP or AVIF picture from its header, so that one that would fill the memory is refused before a
 * pixel is decoded. EXIF orientation is left aside: it may exchange the two.
 *
 * @param bytes the file, or its beginning. A JPEG may have its size behind half a megabyte of metadata.
 * @returns undefined where the header does not say.
 * @see PNG (ISO/IEC 15948) IHDR, JPEG (ITU T.81) B.2.2, WebP (RFC 9649) 2.5 to 2.7, HEIF (ISO/IEC 23008-12) 6.5.3
 */
export function sizeInHeader(bytes: Uint8Array): HeaderSize | undefined {
  const sniffed = sniffFormat(bytes);
  if (sniffed === undefined || !("format" in sniffed)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = READERS[sniffed.format](view);
    return size && size.width > 0 && size.height > 0 ? size : undefined;
  } catch (error) {
    // Behind the end of what was given.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const READERS = { png: sizeOfPng, jpeg: sizeOfJpeg, webp: sizeOfWebp, avif: sizeOfAvif };

function sizeOfPng(view: DataView): HeaderSize {
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function sizeOfJpeg(view: DataView): HeaderSize | undefined {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // Start of frame: 0xC0 to 0xCF, but for the tables and reserved codes among them.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const isScanOrEnd = marker === 0xda || marker === 0xd9;
    if (isScanOrEnd) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
}

function sizeOfWebp(view: DataView): HeaderSize | undefined {
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  switch (fourCharacters(view, 12)) {
    case "VP8X":
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8 ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

/** The largest of the sizes that its items have; thumbnails and the tiles of a grid are smaller. */
function sizeOfAvif(view: DataView): HeaderSize | undefined {
  let largest: HeaderSize | undefined;
  for (let at = 0; at + 16 <= view.byteLength; at += 1) {
    if (view.getUint32(at) !== ISPE) continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (width * height > (largest?.width ?? 0) * (largest?.height ?? 0)) largest = { width, height };
  }
  return largest;
}

/** "ispe", the property of an item that says its size. */
const ISPE = 0x69737065;

function fourCharacters(view: DataView, at: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, 4));
}
