import { isOpaque } from "./flatten.js";
import { createPicture, type Picture } from "./picture.js";
import { resize } from "./resize.js";

/** Gives a picture the alpha of another, resampled where their sizes differ. @param target is changed in place. */
export function copyAlpha(source: Picture, target: Picture): void {
  if (isOpaque(source.data)) return;
  const { width, height, data } = target;
  const alpha = source.width === width && source.height === height ? source : resizedAlpha(source, width, height);
  for (let at = 3; at < data.length; at += 4) data[at] = alpha.data[at]!;
}

/** A picture whose alpha is that of the source. */
function resizedAlpha({ width, height, data }: Picture, toWidth: number, toHeight: number): Picture {
  const shown = createPicture(width, height);
  for (let at = 0; at < data.length; at += 4) shown.data[at] = data[at + 3]!;
  const resized = resize(shown, toWidth, toHeight);
  for (let at = 0; at < resized.data.length; at += 4) resized.data[at + 3] = resized.data[at]!;
  return resized;
}
