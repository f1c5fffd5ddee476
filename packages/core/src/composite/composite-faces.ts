import type { Face } from "../faces/face.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { faceMask } from "./face-mask.js";
import { pasteBack } from "./paste-back.js";

/** A stylised face that is to be pasted into its photo. */
export interface FaceLayer {
  face: Face;
  /** From pixels of the photo to pixels of the squares. */
  transform: SimilarityTransform;
  /** The aligned square of the photo. */
  square: Picture;
  /** The same square, stylised. */
  stylized: Picture;
  /** 0 leaves the photo as it is, 1 pastes the stylised square in full. */
  opacity: number;
}

/**
 * The photo with its faces pasted in; where they overlap, the larger lies over the smaller.
 *
 * @returns a new picture; bytes that no face covers, and all alpha, are those of the photo.
 */
export function compositeFaces(photo: Picture, layers: readonly FaceLayer[]): Picture {
  const { width, height, data } = photo;
  const result = { width, height, data: data.slice() };
  const fromSmallest = [...layers].sort((one, other) => one.face.crop.side - other.face.crop.side);
  for (const { face, transform, square, stylized, opacity } of fromSmallest) {
    const mask = faceMask(face, transform, square).map((share) => share * opacity);
    pasteBack(result, { picture: stylized, mask, transform });
  }
  return result;
}
