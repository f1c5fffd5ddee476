import { type FaceLayer, layFaces } from "../composite/lay-faces.js";
import { type PaintedPart, tonePhoto } from "../composite/tone-photo.js";
import { cutOutPeople, paintPeople } from "../people/cut-out.js";
import type { Matte } from "../people/matte.js";
import { blendPictures } from "../picture/blend-pictures.js";
import { copyAlpha } from "../picture/copy-alpha.js";
import { enlarge } from "../picture/enlarge.js";
import { isOpaque } from "../picture/flatten.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import type { ParsedOptions } from "./parse-options.js";

/** A photo at the scale of its painting, and the painting. */
export interface WholePainting {
  scaled: Picture;
  painting: Picture;
}

/** All that was painted of a photo. */
export interface PaintedParts {
  /** As it was given, with its alpha. */
  photo: Picture;
  /** Where it was painted whole. */
  whole: WholePainting | undefined;
  /** The faces that were painted in squares of their own. */
  layers: readonly FaceLayer[];
  /** Where the people are, if they alone are shown as they were painted. */
  matte: Matte | undefined;
  /** How much of what was painted is shown, 0 to 1. */
  opacity: number;
  /** Whether the result may take the bytes of the photo, once they are not needed. */
  mayOverwrite: boolean;
  options: Pick<ParsedOptions, "surroundings" | "size">;
}

/** A step from what was painted to the result. It may change the picture that it is given, and gives that or a new one back. */
type Finisher = (picture: Picture, parts: PaintedParts) => Picture;

/** In their order. */
const FINISHERS: readonly Finisher[] = [layPaintedFaces, showThrough, keepAlpha, separatePeople];

/** The result: what was painted, brought together with its photo. */
export function finishPhoto(parts: PaintedParts): Picture {
  return FINISHERS.reduce((picture, finisher) => finisher(picture, parts), groundOf(parts));
}

/** What the faces are laid on: the whole painting, or the photo in its own colours or the style's. */
function groundOf(parts: PaintedParts): Picture {
  const { photo, whole, layers, opacity, options } = parts;
  if (whole !== undefined) {
    const { width, height } = options.size === "photo" ? photo : whole.painting;
    const isSame = width === whole.painting.width && height === whole.painting.height;
    return isSame ? whole.painting : enlarge(whole.painting, width, height, spareBytes(parts));
  }
  if (options.surroundings === "toned") return tonePhoto(photo, layers, opacity);
  return { ...createPicture(photo.width, photo.height), data: photo.data.slice() };
}

/** The bytes of the photo, where nothing of it is seen in the result: those of a large one are too many to have twice. */
function spareBytes({ photo, matte, opacity, mayOverwrite, options }: PaintedParts): Uint8ClampedArray | undefined {
  const isHidden = matte === undefined && opacity === 1 && options.size === "photo" && isOpaque(photo.data);
  return mayOverwrite && isHidden ? photo.data : undefined;
}

function layPaintedFaces(picture: Picture, { photo, layers }: PaintedParts): Picture {
  layFaces(picture, layers, picture.width / photo.width);
  return picture;
}

/** Where the photo was painted whole, it shows through the painting at low strengths; squares have shares of their own. */
function showThrough(picture: Picture, { photo, whole, opacity, options }: PaintedParts): Picture {
  if (whole === undefined || opacity === 1) return picture;
  return blendPictures(photoOf({ photo, whole, options }), picture, opacity);
}

function keepAlpha(picture: Picture, { photo }: PaintedParts): Picture {
  copyAlpha(photo, picture);
  return picture;
}

/** Around people: nothing, or the photo in its own colours or the style's. */
function separatePeople(picture: Picture, parts: PaintedParts): Picture {
  const { photo, whole, matte, opacity, options } = parts;
  if (whole === undefined || matte === undefined) return picture;
  if (options.surroundings === "transparent") return cutOutPeople(picture, matte);
  const own = photoOf({ photo, whole, options });
  const around = options.surroundings === "toned" ? tonePhoto(own, [sample(whole)], opacity) : own;
  // The photo at the scale of the painting is opaque.
  return keepAlpha(paintPeople(around, picture, matte), parts);
}

/** The photo in the size of the result. */
function photoOf({
  photo,
  whole,
  options,
}: Pick<PaintedParts, "photo" | "options"> & { whole: WholePainting }): Picture {
  return options.size === "photo" ? photo : whole.scaled;
}

/** Pixels on the longer side of a copy that tells what a style does to colours. */
const SAMPLE_SIDE = 256;

function sample({ scaled, painting }: WholePainting): PaintedPart {
  const scale = Math.min(1, SAMPLE_SIDE / Math.max(scaled.width, scaled.height));
  const [width, height] = [scaled.width, scaled.height].map((length) => Math.max(1, Math.round(length * scale)));
  return { square: resize(scaled, width!, height!), stylized: resize(painting, width!, height!) };
}
