import type { Face, WrittenFormat } from "@mmfs/web";
import { styleName } from "./choices.js";
import { lanes, openStylizer } from "./engine.js";
import { painting, wish } from "./painting.js";
import { faces, type Photo, photo, photoSignal, selection } from "./photo.js";

/** The file of the painted photo with all of the photo's pixels, or of the square of its first painted face. */
export async function fullPicture(format: WrittenFormat, part: "photo" | "face" = "photo"): Promise<File> {
  const current = photo.value;
  if (current === undefined || painting.value?.of !== current) throw new Error("There is no picture to save yet.");
  const whole = part === "photo" && isShrunk(current) ? await paintAll(current) : painting.value.result;
  const picture = part === "photo" ? whole : (whole.faces[0] ?? whole);
  const blob = await picture.toBlob(format, { quality: 92 });
  const extension = format === "jpeg" ? "jpg" : format;
  return new File([blob], `${current.name} - ${styleName.value}.${extension}`, { type: blob.type });
}

async function paintAll(current: Photo) {
  const stylizer = await openStylizer();
  const mine = photoSignal();
  return lanes.run("front", mine, async () => {
    const options = { ...wish.value, signal: mine };
    if (!Array.isArray(options.faces)) return stylizer.stylize(current.blob, options);
    const found = await stylizer.findFaces(current.blob, { signal: mine });
    const wanted = selection.value.flatMap((index) => faces.value?.[index] ?? []);
    const indices = sameFaces(found, wanted, current.width / current.preview.width);
    return stylizer.stylize(current.blob, { ...options, faces: indices });
  });
}

/** Which of the faces of the photo are those that were selected in its smaller preview: the nearest ones. */
export function sameFaces(
  found: readonly Pick<Face, "crop">[],
  wanted: readonly Pick<Face, "crop">[],
  scale: number,
): number[] {
  const indices = wanted.map(({ crop: { center } }) => {
    const distances = found.map(({ crop }) =>
      Math.hypot(crop.center.x - center.x * scale, crop.center.y - center.y * scale),
    );
    return distances.indexOf(Math.min(...distances));
  });
  return [...new Set(indices)].filter((index) => index >= 0);
}

function isShrunk({ width, preview }: Photo): boolean {
  return width !== preview.width;
}
