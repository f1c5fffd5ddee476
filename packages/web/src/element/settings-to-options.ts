import type { StyleOption, StylizeOptions } from "../stylizer/options.js";
import type { StylizerElement } from "./stylizer-element.js";

/** What of an element says how a photo is painted. */
type Wishes = Pick<
  StylizerElement,
  "preset" | "prompt" | "reference" | "strength" | "faces" | "subject" | "surroundings" | "resolution"
>;

/** Below this strength the photo shows through the painting, but not yet through its tiles. */
const LEAST_STRENGTH_OF_TILES = 0.25;

/** The options of `stylize` for an element. @param anyway whether a photo is painted in which no face was found. */
export function settingsToOptions(wishes: Wishes, anyway: boolean): StylizeOptions {
  const { strength, faces, subject, surroundings, resolution } = wishes;
  const extent: StylizeOptions = anyway ? { faces: "none" } : { faces, subject, surroundings };
  return { style: styleOf(wishes), strength, resolution: resolution ?? undefined, ...extent };
}

/** Whether tiles look like the result: they are without what comes at the end. */
export function comesInTiles({ strength = 1, surroundings = "painted" }: StylizeOptions): boolean {
  return surroundings === "painted" && strength >= LEAST_STRENGTH_OF_TILES;
}

function styleOf({ preset, prompt, reference: image }: Wishes): StyleOption | undefined {
  if (image === undefined) return prompt || preset || undefined;
  return prompt ? [{ style: prompt }, { style: { image } }] : { image };
}
