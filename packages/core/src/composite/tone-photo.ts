import { applyColorMap, fitColorMap } from "../color/color-map.js";
import { blendPictures } from "../picture/blend-pictures.js";
import type { Picture } from "../picture/picture.js";

/** A part of a photo, and what was painted of it; both opaque and of one size. */
export interface PaintedPart {
  square: Picture;
  stylized: Picture;
}

/**
 * The photo in the colours that the style gave to parts of it.
 *
 * @param parts at least one.
 * @param opacity how much of the new colours is shown.
 */
export function tonePhoto(photo: Picture, parts: readonly PaintedPart[], opacity: number): Picture {
  const map = fitColorMap(parts.map(({ square, stylized }) => ({ from: square, to: stylized })));
  const toned = applyColorMap(photo, map);
  return opacity < 1 ? blendPictures(photo, toned, opacity) : toned;
}
