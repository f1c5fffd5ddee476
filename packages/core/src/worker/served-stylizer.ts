import type { Manifest } from "../bundle/manifest.js";
import type { Preset } from "../bundle/presets.js";
import type { Face } from "../faces/face.js";
import type { StylePack } from "../pack/style-pack.js";
import type { DeviceOption, DType } from "../runtime/runtime.js";
import type { StyleCode } from "../style/style-code.js";
import type { StyleOption } from "../style/style-option.js";
import type { StylizeOptions } from "../stylizer/options.js";
import type { StylizeResult } from "../stylizer/result.js";

/** What names a stylizer, and what the worker needs to make it; platforms add to it. */
export interface StylizerReference {
  id: number;
  device: DeviceOption;
  dtype: DType;
  threads: number | undefined;
}

/** A pack as it travels: `decoderSha256` names the decoder, which the worker asks for where it does not hold it. */
export type TravellingPack = Omit<StylePack, "decoder" | "preview">;

/** A style as it travels. */
export type TravellingStyle<Photo> = Exclude<StyleOption<Photo>, { pack: StylePack }> | { pack: TravellingPack };

/** Options of a call that can be cloned; signal, progress and tiles travel by other means. */
export type PlainStylizeOptions<Photo> = Omit<StylizeOptions<Photo>, "style" | "signal" | "onProgress" | "onTile"> & {
  style?: TravellingStyle<Photo> | undefined;
};

/**
 * What may be called in a worker that computes: argument and answer.
 *
 * @typeParam Reference what names a stylizer; the worker makes it when it first hears of it, also after it was started anew.
 * @typeParam Photo what photos and reference pictures travel as.
 */
export interface ServedStylizer<Reference, Photo> {
  open: [stylizer: Reference, answer: Manifest];
  stylize: [
    call: {
      stylizer: Reference;
      photo: Photo;
      options: PlainStylizeOptions<Photo>;
      /** Whether the caller is to be given the tiles of a painting as they come. */
      tiles: boolean;
    },
    answer: StylizeResult,
  ];
  findFaces: [call: { stylizer: Reference; photo: Photo }, answer: Face[]];
  presets: [stylizer: Reference, answer: Preset[]];
  resolveStyle: [call: { stylizer: Reference; style: TravellingStyle<Photo> }, answer: StyleCode];
  preload: [call: { stylizer: Reference; prompts: boolean; references: boolean }, answer: undefined];
  close: [stylizer: Reference, answer: undefined];
}
