import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import type { Device, DeviceOption, DType } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";
import type { StyleOption } from "../style/style-option.js";

export type { StyleName, StyleOption, WeightedStyle } from "../style/style-option.js";

/**
 * Which faces to stylize: numbers count from 0 in the order of `faces`, the largest face first. With `"none"` faces are not looked
 * for, and any picture can be painted whole.
 */
export type FacesOption = "all" | "largest" | "none" | readonly number[];

/** A part of a painting that is done, while the rest is still being painted. */
export interface PaintedTile {
  /** Opaque, before strengths below 0.25 and faces of other sizes come in. */
  picture: Picture;
  /** Where its upper left corner lies in the painting, in pixels. */
  x: number;
  y: number;
  /** Of the whole painting in pixels. */
  width: number;
  height: number;
}

/** Options of {@link Stylizer.stylize}; the same in Node and in browsers. */
export interface StylizeOptions<Image = Picture | NdarrayView> {
  /** @default the first preset of the bundle */
  style?: StyleOption<Image> | undefined;
  /**
   * From 0, the face as it was, to 1, the style in full; up to 1.5 exaggerates. It moves from the bundle's photo code to the
   * style's; below 0.25 the photo itself is blended in, so that 0 leaves every byte as it was.
   * @default 1
   */
  strength?: number | undefined;
  /** Decides the noise maps (fine texture); the same seed gives the same bytes. @default 0 */
  seed?: number | undefined;
  /**
   * With the photo painted whole, these decide the scale, and what is painted first.
   * @default "all"
   */
  faces?: FacesOption | undefined;
  /** `"photo"` returns the photo; `"crop"` the aligned square of each face. @default "photo" */
  output?: "photo" | "crop" | undefined;
  /**
   * The side in pixels that a face's square has for the network: a multiple of 16 from 128 to 1024, or `"live"` for the quick one
   * that the bundle names. Strokes are as large on a face whatever it is; more pixels draw finer.
   * @default what the bundle names, 512 for the default one
   */
  resolution?: number | "live" | undefined;
  /**
   * What is painted where the surroundings are not: `"faces"`, or `"people"` with hair, clothes and hands.
   * @default "faces"
   */
  subject?: "faces" | "people" | undefined;
  /**
   * What is around the subject: `"painted"`, as the photo is painted whole; `"photo"`, every byte as it was; `"toned"`, the photo in
   * the colours that the style gave to the subject; `"transparent"`, nothing, which cuts people out. Without effect on crops.
   * @default "painted", and "photo" for people
   */
  surroundings?: "painted" | "toned" | "photo" | "transparent" | undefined;
  /**
   * The size of the result where the photo is painted whole: that of the photo, or that of the painting as it was made.
   * @default "photo"
   */
  size?: "photo" | "painting" | undefined;
  /**
   * How many megapixels the painting of a whole photo has at most; it is never more than twice as wide as the photo. Faces that
   * become too small by it are painted in squares of their own.
   * @default what two cores paint in some three seconds: 1.5 on a CPU, 0.75 in a browser without a GPU, 4 on a GPU
   */
  megapixels?: number | undefined;
  /** Keep the colours of the photo and take only the strokes and the light of the style. @default false */
  preserveColor?: boolean | undefined;
  /** Ends the call between two steps; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Told of every step; see {@link ProgressEvent}. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  /** Given the parts of a photo that is painted whole as they come, those with faces first. */
  onTile?: ((tile: PaintedTile) => void) | undefined;
}

/** Options of {@link createStylizer}; the same in Node and in browsers. */
export interface StylizerOptions {
  /**
   * Where the networks run. `"auto"` takes the first device that works and says in `warnings` why others did not;
   * a device that is named is used or refused with `DEVICE_UNAVAILABLE`, never replaced.
   * @default "auto"
   */
  device?: DeviceOption | undefined;
  /**
   * The variant of each part that is loaded, where the bundle has it; fp32 elsewhere. `"fp16"` halves the size of encoder and
   * decoder. `"int8"` quarters that of the towers that understand prompts and pictures.
   * @default "fp32"
   */
  dtype?: DType | undefined;
  /** Told of downloads and loading by calls that have no `onProgress` of their own. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** The steps of a picture, in order. `decode` and `write` belong to the platform packages. */
export const STAGES = [
  "decode",
  "map",
  "detect",
  "align",
  "encode",
  "stylize",
  "people",
  "composite",
  "write",
] as const;

/** A step of a picture. */
export type Stage = (typeof STAGES)[number];

/** What `onProgress` is told. */
export type ProgressEvent =
  /** Bytes of a file of the bundle have arrived. */
  | { type: "download"; file: string; loaded: number; total: number }
  /** A part of the bundle is ready on its device. */
  | { type: "load"; part: string; device: Device }
  /**
   * A step begins. `face` counts from 0 the `faces` that are painted in squares of their own, and `tile` the `tiles` of a photo that
   * is painted whole. `progress` rises to 1 within a call.
   */
  | { type: "stage"; stage: Stage; face?: number; faces?: number; tile?: number; tiles?: number; progress: number };

/** What every call may be given. */
export interface LoadOptions {
  /** Ends the call; it then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
  /** Told of downloads, of loading and of every step. */
  onProgress?: ((event: ProgressEvent) => void) | undefined;
}

/** Options of `preload`. */
export interface PreloadOptions extends LoadOptions {
  /** Load what prompts need too: the tokenizer, the text tower and the mapper. @default false */
  prompts?: boolean | undefined;
  /** Load what reference pictures need too: the image tower and the mapper. @default false */
  references?: boolean | undefined;
}

/**
 * Turns prompts and reference pictures into w+; @mmfs/clip-mapper has one.
 *
 * All methods may throw {MMFSError} `BUNDLE_PART_MISSING` where the bundle does not understand text or pictures.
 */
export interface StyleEncoder {
  fromText(prompt: string, options?: LoadOptions): Promise<StyleCode>;
  fromImage(picture: Picture, options?: LoadOptions): Promise<StyleCode>;
  /** Loads what was asked for, so that the first prompt or picture is as fast as the others. */
  preload?(options?: PreloadOptions): Promise<void>;
}
