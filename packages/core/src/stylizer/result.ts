import type { Face } from "../faces/face.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import type { Device, DType } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";
import type { Stage } from "./options.js";

/** A face of the result. */
export interface StylizedFace extends Face {
  /** Its place in the list of all faces found, as `faces: [0, 2]` counts them. */
  index: number;
  /** From pixels of the photo to pixels of the aligned square. */
  transform: SimilarityTransform;
  /** The stylised square; its side is `resolution`, or less for a face that was small in a photo painted whole. */
  picture: Picture;
  /** Whether it was painted in a square of its own, and not with the rest of its photo. */
  apart: boolean;
}

/**
 * What {@link Stylizer.stylize} gives back: a picture, sRGB with straight alpha, and what is to be known of it. With
 * `output: "crop"` the picture is the first face's square.
 */
export interface StylizeResult extends Picture {
  /** The faces that were stylised. */
  faces: StylizedFace[];
  /** How many faces were found in all. */
  facesFound: number;
  /** How the photo was painted as a whole, where it was: the size of the painting, and its pixels in one of the photo. */
  painting?: { width: number; height: number; scale: number } | undefined;
  /** The code that was used, after mixing and strength, and the seed of the noise. */
  style: { code: StyleCode; seed: number };
  /** The side in pixels that a face's square had for the network. */
  resolution: number;
  /** The device that computed encoder and decoder. */
  device: Device;
  dtype: DType;
  /** Milliseconds spent in each step, summed over faces and tiles, and in all. */
  timings: Partial<Record<Stage, number>> & { total: number };
  /** What the user should know although the call succeeded. */
  warnings: string[];
}
