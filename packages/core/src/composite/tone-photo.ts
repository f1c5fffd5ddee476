import { applyColorMap, fitColorMap } from "../color/color-map.js";
import { blendPictures } from "../picture/blend-pictures.js";
import type { Picture } from "../picture/picture.js";
import type { FaceLayer } from "./composite-faces.js";

/**
 * The photo in the colours that the style gave to the squares of its faces; as little of it as of the faces is shown.
 *
 * @param layers at least one.
 */
export function tonePhoto(photo: Picture, layers: readonly FaceLayer[]): Picture {
  const map = fitColorMap(layers.map(({ square, stylized }) => ({ from: square, to: stylized })));
  const toned = applyColorMap(photo, map);
  const opacity = layers[0]?.opacity ?? 1;
  return opacity < 1 ? blendPictures(photo, toned, opacity) : toned;
}
