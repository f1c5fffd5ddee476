import type { Face } from "../faces/face.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { faceMask } from "./face-mask.js";
import { pasteBack } from "./paste-back.js";

/** A face that was painted in its square. */
export interface FaceLayer {
  face: Face;
  /** From pixels of the photo to pixels of the squares. */
  transform: SimilarityTransform;
  /** The aligned square of the photo. */
  square: Picture;
  /** The same square, stylised. */
  stylized: Picture;
  /** 0 leaves what is below as it is, 1 shows the stylised square in full. */
  opacity: number;
}

/**
 * Lays painted faces over a picture; where they overlap, the larger lies over the smaller. Bytes that no face covers, and all
 * alpha, stay as they are.
 *
 * @param picture the photo, or a painting of it; is changed in place.
 * @param scale pixels of the picture in one of the photo. @default 1
 */
export function layFaces(picture: Picture, layers: readonly FaceLayer[], scale = 1): void {
  const fromSmallest = [...layers].sort((one, other) => one.face.crop.side - other.face.crop.side);
  for (const { face, transform, square, stylized, opacity } of fromSmallest) {
    const mask = faceMask(face, transform, square).map((share) => share * opacity);
    const { a, b, tx, ty } = transform;
    pasteBack(picture, { picture: stylized, mask, transform: { a: a / scale, b: b / scale, tx, ty } });
  }
}
