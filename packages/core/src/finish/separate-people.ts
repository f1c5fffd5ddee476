import { type PaintedPart, tonePhoto } from "../composite/tone-photo.js";
import { cutOutPeople, paintPeople } from "../people/cut-out.js";
import { resize } from "../picture/resize.js";
import { keepAlpha } from "./keep-alpha.js";
import { type Finisher, photoInSize, type WholePainting } from "./painted-parts.js";

/** Around people: nothing, or the photo in its own colours or the style's. */
export const separatePeople: Finisher = (picture, parts) => {
  const { whole, matte, opacity, options } = parts;
  if (whole === undefined || matte === undefined) return picture;
  if (options.surroundings === "transparent") return cutOutPeople(picture, matte);
  const photo = photoInSize(parts);
  const around = options.surroundings === "toned" ? tonePhoto(photo, [sample(whole)], opacity) : photo;
  // The photo at the scale of the painting is opaque.
  return keepAlpha(paintPeople(around, picture, matte), parts);
};

/** Pixels on the longer side of a copy that tells what a style does to colours. */
const SAMPLE_SIDE = 256;

function sample({ scaled, painting }: WholePainting): PaintedPart {
  const scale = Math.min(1, SAMPLE_SIDE / Math.max(scaled.width, scaled.height));
  const [width, height] = [scaled.width, scaled.height].map((length) => Math.max(1, Math.round(length * scale)));
  return { square: resize(scaled, width!, height!), stylized: resize(painting, width!, height!) };
}
