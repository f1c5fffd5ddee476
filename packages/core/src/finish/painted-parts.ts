import type { FaceLayer } from "../composite/lay-faces.js";
import type { Matte } from "../people/matte.js";
import type { Picture } from "../picture/picture.js";
import type { ParsedOptions } from "../stylizer/parse-options.js";

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
  options: ParsedOptions;
}

/** A step from what was painted to the result. It may change the picture that it is given, and gives that or a new one back. */
export type Finisher = (picture: Picture, parts: PaintedParts) => Picture;

/** The photo in the size of the result. */
export function photoInSize({ photo, whole, options }: PaintedParts): Picture {
  return whole === undefined || options.size === "photo" ? photo : whole.scaled;
}
