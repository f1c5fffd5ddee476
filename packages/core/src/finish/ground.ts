import { tonePhoto } from "../composite/tone-photo.js";
import { enlarge } from "../picture/enlarge.js";
import { isOpaque } from "../picture/flatten.js";
import type { Picture } from "../picture/picture.js";
import type { PaintedParts } from "./painted-parts.js";

/** What the faces are laid on: the whole painting, or the photo in its own colours or the style's. */
export function groundOf(parts: PaintedParts): Picture {
  const { photo, whole, layers, opacity, options } = parts;
  if (whole !== undefined) {
    const { width, height } = options.size === "photo" ? photo : whole.painting;
    const isSame = width === whole.painting.width && height === whole.painting.height;
    return isSame ? whole.painting : enlarge(whole.painting, width, height, spareBytes(parts));
  }
  if (options.surroundings === "toned") return tonePhoto(photo, layers, opacity);
  return { width: photo.width, height: photo.height, data: photo.data.slice() };
}

/** The bytes of the photo, where nothing of it is seen in the result: those of a large one are too many to have twice. */
function spareBytes({ photo, matte, opacity, mayOverwrite, options }: PaintedParts): Uint8ClampedArray | undefined {
  const isHidden = matte === undefined && opacity === 1 && options.size === "photo" && isOpaque(photo.data);
  return mayOverwrite && isHidden ? photo.data : undefined;
}
