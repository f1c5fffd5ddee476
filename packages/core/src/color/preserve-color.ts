import { MMFSError } from "../errors/mmfs-error.js";
import type { Picture } from "../picture/picture.js";
import { fromOklab, LINEAR, toByte, toOklab } from "./oklab.js";

/** Halvings in the search for the most chroma that sRGB can show; the rest is below a byte. */
const SEARCH_STEPS = 7;

/**
 * A stylised picture in the colours of the photo: lightness, and with it strokes and light, from the style, hue and chroma
 * from the photo, in Oklab. Where sRGB has no such colour of that lightness, chroma is taken back until it has.
 *
 * @param stylized opaque.
 * @param photo the square that was stylised, of the same size.
 * @throws {MMFSError} `INVALID_ARGUMENT` if the sizes differ.
 */
export function preserveColor(stylized: Picture, photo: Picture): Picture {
  const { width, height, data: style } = stylized;
  const { data: original } = photo;
  if (width !== photo.width || height !== photo.height) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `Colours can be kept between pictures of the same size only, not ${width}×${height} and ${photo.width}×${photo.height}.`,
    );
  }
  const data = new Uint8ClampedArray(style.length);
  const lab = new Float64Array(3);
  const rgb = new Float64Array(3);
  for (let at = 0; at < data.length; at += 4) {
    toOklab(LINEAR[style[at]!]!, LINEAR[style[at + 1]!]!, LINEAR[style[at + 2]!]!, lab);
    const lightness = lab[0]!;
    toOklab(LINEAR[original[at]!]!, LINEAR[original[at + 1]!]!, LINEAR[original[at + 2]!]!, lab);
    showableColor(lightness, lab[1]!, lab[2]!, rgb);
    data[at] = toByte(rgb[0]!);
    data[at + 1] = toByte(rgb[1]!);
    data[at + 2] = toByte(rgb[2]!);
    data[at + 3] = 255;
  }
  return { width, height, data };
}

/** The linear sRGB of a hue and a lightness with as much of its chroma as sRGB has. */
function showableColor(lightness: number, a: number, b: number, rgb: Float64Array): void {
  fromOklab(lightness, a, b, rgb);
  if (isShowable(rgb)) return;
  let least = 0;
  let greatest = 1;
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const share = (least + greatest) / 2;
    fromOklab(lightness, share * a, share * b, rgb);
    if (isShowable(rgb)) least = share;
    else greatest = share;
  }
  fromOklab(lightness, least * a, least * b, rgb);
}

/** A little tolerance, because the matrices are rounded. */
const [DARKEST, BRIGHTEST] = [-1e-4, 1 + 1e-4];

function isShowable(rgb: Float64Array): boolean {
  for (let c = 0; c < 3; c++) if (!(rgb[c]! >= DARKEST && rgb[c]! <= BRIGHTEST)) return false;
  return true;
}
