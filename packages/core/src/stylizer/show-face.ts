import type { FaceLayer } from "../composite/lay-faces.js";
import { cropToSquare } from "../geometry/similarity.js";
import { blendPictures } from "../picture/blend-pictures.js";
import type { Picture } from "../picture/picture.js";
import { warpSquare } from "../picture/warp.js";
import type { StylizedFace } from "./result.js";
import type { SelectedFace } from "./select-faces.js";

/** A face of the result that was painted in a square of its own. */
export function faceOfSquare({ face, index }: SelectedFace, layer: FaceLayer): StylizedFace {
  const { transform, square, stylized, opacity } = layer;
  const picture = opacity < 1 ? blendPictures(square, stylized, opacity) : stylized;
  return { ...face, index, transform, picture, apart: true };
}

/**
 * A face of the result that was painted with the rest of its photo.
 *
 * @param scale pixels of the painting in one of the photo.
 * @param size side in pixels of the square that is cut out.
 */
export function faceOfPainting(
  { face, index }: SelectedFace,
  { painting, scale }: { painting: Picture; scale: number },
  size: number,
): StylizedFace {
  const transform = cropToSquare(face.crop, size);
  const { a, b, tx, ty } = transform;
  const picture = warpSquare(painting, { a: a / scale, b: b / scale, tx, ty }, size);
  return { ...face, index, transform, picture, apart: false };
}
