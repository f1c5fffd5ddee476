import type { Picture } from "../picture/picture.js";
import type { Device, DeviceOption, DType } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";

/** A way to name one style. */
export type StyleName =
  /** A preset of the bundle ("charcoal drawing"), or a prompt where the bundle understands text. */
  | string
  /** A random style: the mapping network turns the seed into a w. */
  | { seed: number }
  /** A style code, as saved. */
  | { code: StyleCode }
  /** The style of a reference picture, where the bundle understands pictures. */
  | { image: Picture };

/** One style of a mixture. */
export type WeightedStyle = {
  style: StyleName;
  /** Its share; the weights of a mixture are divided by their sum. @default 1 */
  weight?: number | undefined;
  /** The rows of w+ (0 coarse to 9 fine) that this style governs. @default all ten */
  layers?: readonly number[] | undefined;
};

export type StyleOption = StyleName | readonly WeightedStyle[];

/** Which faces to stylize: numbers count from 0 in the order of `faces`, the largest face first. */
export type FacesOption = "all" | "largest" | readonly number[];

/** Options of {@link Stylizer.stylize}; the same in Node and in browsers. */
export interface StylizeOptions {
  /** @default the first preset of the bundle */
  style?: StyleOption | undefined;
  /**
   * From 0, the face as it was, to 1, the style in full; up to 1.5 exaggerates. It moves from the bundle's photo code to the
   * style's; below 0.25 the photo itself is blended in, so that 0 leaves every byte as it was.
   * @default 1
   */
  strength?: number | undefined;
  /** Decides the noise maps (fine texture); the same seed gives the same bytes. @default 0 */
  seed?: number | undefined;
  /** @default "all" */
  faces?: FacesOption | undefined;
  /** `"photo"` pastes the faces back into the photo; `"crop"` returns the aligned square of each face. @default "photo" */
  output?: "photo" | "crop" | undefined;
  /** Keep the colours of the photo and take only the strokes and the light of the style. @default false */
  preserveColor?: boolean | undefined;
  /** Ends the call between two steps; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Told of every step; see {@link ProgressEvent}. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** Options of {@link createStylizer}; the same in Node and in browsers. */
export interface StylizerOptions {
  /**
   * Where the networks run. `"auto"` takes the first device that works and says in `warnings` why others did not;
   * a device that is named is used or refused with `DEVICE_UNAVAILABLE`, never replaced.
   * @default "auto"
   */
  device?: DeviceOption | undefined;
  /** `"fp16"` halves the size of encoder and decoder, where the bundle has that variant. @default "fp32" */
  dtype?: DType | undefined;
  /** Told of downloads and loading by calls that have no `onProgress` of their own. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** The steps of a picture, in order. `decode` and `write` belong to the platform packages. */
export type Stage = "decode" | "map" | "detect" | "align" | "encode" | "stylize" | "composite" | "write";

/** What `onProgress` is told. */
export type ProgressEvent =
  /** Bytes of a file of the bundle have arrived. */
  | { type: "download"; file: string; loaded: number; total: number }
  /** A part of the bundle is ready on its device. */
  | { type: "load"; part: string; device: Device }
  /** A step begins; `face` counts from 0 and `faces` is how many will be stylized. `progress` rises to 1 within a call. */
  | { type: "stage"; stage: Stage; face?: number; faces?: number; progress: number };

/** What a style encoder (prompts and reference pictures to w+) looks like from here; see @mmfs/clip-mapper. */
export interface StyleEncoder {
  fromText(prompt: string, options?: { signal?: AbortSignal | undefined }): Promise<StyleCode>;
  fromImage(picture: Picture, options?: { signal?: AbortSignal | undefined }): Promise<StyleCode>;
}
