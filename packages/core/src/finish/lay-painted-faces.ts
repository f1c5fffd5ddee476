import { layFaces } from "../composite/lay-faces.js";
import type { Finisher } from "./painted-parts.js";

/** Lays the faces that were painted in squares of their own where they belong. */
export const layPaintedFaces: Finisher = (picture, { photo, layers }) => {
  layFaces(picture, layers, picture.width / photo.width);
  return picture;
};
