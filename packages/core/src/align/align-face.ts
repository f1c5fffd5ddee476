import { cropToSquare } from "../geometry/similarity.js";
import type { FaceCrop, SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { warpSquare } from "../picture/warp.js";
import { softenOutside } from "./soften-outside.js";

/** A face as the network reads it. */
export interface AlignedFace {
  /** `size × size` pixels, opaque. */
  picture: Picture;
  /** From pixels of the photo to pixels of the square. */
  transform: SimilarityTransform;
}

/**
 * Cuts a face out as FFHQ's alignment does: upright, in a square, and mirrored and softened where the square leaves the
 * photo.
 *
 * @param photo opaque; {@link flatten} it first.
 * @param size S, the side of the network's picture.
 */
export function alignFace(photo: Picture, crop: FaceCrop, size: number): AlignedFace {
  const transform = cropToSquare(crop, size);
  return { picture: softenOutside(warpSquare(photo, transform, size), transform, photo), transform };
}
