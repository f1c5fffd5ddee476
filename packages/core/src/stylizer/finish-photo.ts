import { type FaceLayer, layFaces } from "../composite/lay-faces.js";
import { tonePhoto } from "../composite/tone-photo.js";
import { blendPictures } from "../picture/blend-pictures.js";
import { copyAlpha } from "../picture/copy-alpha.js";
import { enlarge } from "../picture/enlarge.js";
import { createPicture, type Picture } from "../picture/picture.js";
import type { ParsedOptions } from "./parse-options.js";

/** All that was painted of a photo. */
export interface PaintedParts {
  /** As it was given, with its alpha. */
  photo: Picture;
  /** The photo at the scale of the painting, and the painting; where it was painted whole. */
  whole: { scaled: Picture; painting: Picture } | undefined;
  /** The faces that were painted in squares of their own. */
  layers: readonly FaceLayer[];
  /** How much of what was painted is shown, 0 to 1. */
  opacity: number;
  options: Pick<ParsedOptions, "surroundings" | "size">;
}

/** A step from what was painted to the result. It may change the picture that it is given, and gives that or a new one back. */
type Finisher = (picture: Picture, parts: PaintedParts) => Picture;

/** In their order. */
const FINISHERS: readonly Finisher[] = [layPaintedFaces, showThrough, keepAlpha];

/** The result: what was painted, brought together with its photo. */
export function finishPhoto(parts: PaintedParts): Picture {
  return FINISHERS.reduce((picture, finisher) => finisher(picture, parts), groundOf(parts));
}

/** What the faces are laid on: the whole painting, or the photo in its own colours or the style's. */
function groundOf({ photo, whole, layers, opacity, options }: PaintedParts): Picture {
  if (whole !== undefined) {
    const { width, height } = options.size === "photo" ? photo : whole.painting;
    const isSame = width === whole.painting.width && height === whole.painting.height;
    return isSame ? whole.painting : enlarge(whole.painting, width, height);
  }
  if (options.surroundings === "toned") return tonePhoto(photo, layers, opacity);
  return { ...createPicture(photo.width, photo.height), data: photo.data.slice() };
}

function layPaintedFaces(picture: Picture, { photo, layers }: PaintedParts): Picture {
  layFaces(picture, layers, picture.width / photo.width);
  return picture;
}

/** Where the photo was painted whole, it shows through the painting at low strengths; squares have shares of their own. */
function showThrough(picture: Picture, { photo, whole, opacity, options }: PaintedParts): Picture {
  if (whole === undefined || opacity === 1) return picture;
  return blendPictures(options.size === "photo" ? photo : whole.scaled, picture, opacity);
}

function keepAlpha(picture: Picture, { photo }: PaintedParts): Picture {
  copyAlpha(photo, picture);
  return picture;
}
