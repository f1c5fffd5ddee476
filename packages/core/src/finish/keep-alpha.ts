import { copyAlpha } from "../picture/copy-alpha.js";
import type { Finisher } from "./painted-parts.js";

/** Leaves what was transparent in the photo as transparent as it was. */
export const keepAlpha: Finisher = (picture, { photo }) => {
  copyAlpha(photo, picture);
  return picture;
};
