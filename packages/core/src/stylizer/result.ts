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
  /** From pixels of the photo to pixels of the aligned square of side S. */
  transform: SimilarityTransform;
  /** The stylised square of side S. */
  picture: Picture;
}

/** What {@link Stylizer.stylize} gives back: the photo with its faces stylised, or with `output: "crop"` the first face's square. */
export interface StylizeResult extends Picture {
  /** The faces that were stylised. */
  faces: StylizedFace[];
  /** How many faces were found in all. */
  facesFound: number;
  /** The code that was used, after mixing and strength, and the seed of the noise. */
  style: { code: StyleCode; seed: number };
  /** The device that computed encoder and decoder. */
  device: Device;
  dtype: DType;
  /** Milliseconds spent in each step, summed over faces, and in all. */
  timings: Partial<Record<Stage, number>> & { total: number };
  /** What the user should know although the call succeeded. */
  warnings: string[];
}
