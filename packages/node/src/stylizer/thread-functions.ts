import type { DeviceOption, DType, Face, Manifest, Preset, StyleCode, StyleOption, StylizeOptions } from "@mmfs/core";
import type { RawPicture } from "../picture/raw-picture.js";
import type { RawResult } from "./raw-result.js";

/** Which stylizer a call is for: the thread makes it when it first hears of it, also after it was started anew. */
export interface StylizerReference {
  id: number;
  /** Path of the bundle's folder. */
  bundle: string;
  device: DeviceOption;
  dtype: DType;
  threads: number | undefined;
}

/** Options of a call that can be cloned; signal and progress travel by other means. */
export type PlainStylizeOptions = Omit<StylizeOptions<RawPicture>, "signal" | "onProgress">;

/** What may be called in the worker thread: argument and answer. */
export interface ThreadFunctions {
  open: [stylizer: StylizerReference, answer: Manifest];
  stylize: [
    call: { stylizer: StylizerReference; picture: RawPicture; options: PlainStylizeOptions },
    answer: RawResult,
  ];
  findFaces: [call: { stylizer: StylizerReference; picture: RawPicture }, answer: Face[]];
  presets: [stylizer: StylizerReference, answer: Preset[]];
  resolveStyle: [call: { stylizer: StylizerReference; style: StyleOption<RawPicture> }, answer: StyleCode];
  preload: [call: { stylizer: StylizerReference; prompts: boolean; references: boolean }, answer: undefined];
  close: [stylizer: StylizerReference, answer: undefined];
}
