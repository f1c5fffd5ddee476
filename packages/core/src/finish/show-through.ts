import { blendPictures } from "../picture/blend-pictures.js";
import { type Finisher, photoInSize } from "./painted-parts.js";

/** Where the photo was painted whole, it shows through the painting at low strengths; squares have shares of their own. */
export const showThrough: Finisher = (picture, parts) => {
  if (parts.whole === undefined || parts.opacity === 1) return picture;
  return blendPictures(photoInSize(parts), picture, parts.opacity);
};
