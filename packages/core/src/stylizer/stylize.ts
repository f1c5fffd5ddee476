import type { Face } from "../faces/face.js";
import { usualMegapixels } from "../paint/megapixels.js";
import type { Easel } from "../paint/paint-tiles.js";
import { flatten } from "../picture/flatten.js";
import type { Picture } from "../picture/picture.js";
import { pictureDigest } from "../picture/picture-digest.js";
import { applyStrength } from "./apply-strength.js";
import type { FaceSearch } from "./face-search.js";
import type { ParsedOptions } from "./parse-options.js";
import type { PhotoMemory } from "./photo-memory.js";
import { chooseResolution } from "./resolution.js";
import type { StylizeResult } from "./result.js";
import { selectFaces } from "./select-faces.js";
import type { StyleSearch } from "./style-search.js";
import { stylizePhoto } from "./stylize-photo.js";

/** What a call is computed with. */
export interface Studio {
  styles: StyleSearch;
  faces: FaceSearch;
  memory: PhotoMemory;
  easel: Easel;
}

/**
 * The steps of one call, in their order: the style, its strength, the faces, the painting.
 *
 * @param photo.mayOverwrite whether the result may take its bytes.
 */
export async function stylize(
  { given, mayOverwrite }: { given: Picture; mayOverwrite: boolean },
  options: ParsedOptions,
  { styles, faces, memory, easel }: Studio,
): Promise<StylizeResult> {
  const { clock, graphs, load } = easel;
  for (const stage of ["map", "detect", "composite"] as const) clock.expect(stage);
  const resolution = chooseResolution(graphs.network, options.resolution);
  const style = await clock.step("map", () => styles.use(options.style, load));
  const { decoder } = style;
  const { photo: photoCode } = await styles.presets(load);
  const { code, opacity, warnings } = applyStrength(style.code, photoCode, options.strength);

  const digest = pictureDigest(given);
  const photo = flatten(given);
  const found = options.faces === "none" ? noFaces(easel) : await findFaces({ photo, digest }, faces, easel);
  const selected = selectFaces(found, options.faces);
  // Both before either runs, so that features and picture come from one device also where auto has to change it.
  await graphs.load("encoder", load);
  await graphs.load(decoder, load);

  const painted = await stylizePhoto({
    ...{ given, mayOverwrite, photo, digest, selected, opacity, resolution, options, easel, memory },
    brush: { decoder, code, seed: options.seed },
    megapixels: options.megapixels ?? usualMegapixels(graphs.device),
  });
  return {
    ...painted,
    facesFound: found.length,
    style: { code, seed: options.seed },
    resolution,
    device: graphs.device,
    dtype: graphs.dtypeOf(decoder),
    timings: clock.timings,
    warnings: [...graphs.warnings, ...warnings],
  };
}

function noFaces({ clock }: Easel): readonly Face[] {
  clock.skip("detect");
  return [];
}

async function findFaces(
  { photo, digest }: { photo: Picture; digest: string },
  faces: FaceSearch,
  { clock, load }: Easel,
): Promise<readonly Face[]> {
  await faces.load(load);
  return clock.step("detect", () => faces.find(photo, digest, load));
}
