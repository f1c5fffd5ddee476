import type {
  StyleName as CoreStyleName,
  StyleOption as CoreStyleOption,
  StylizeOptions as CoreStylizeOptions,
  StylizerOptions as CoreStylizerOptions,
  WeightedStyle as CoreWeightedStyle,
} from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";

/** Options of {@link createStylizer}. */
export interface StylizerOptions extends CoreStylizerOptions {
  /**
   * The bundle of networks and presets: a folder with `mmfs.json` in it, as a path or `file:` URL.
   * @default the bundle of `@mmfs/model-mini`
   */
  bundle?: string | URL | undefined;
  /** Threads that the CPU computes with. @default one for each core */
  threads?: number | undefined;
  /** The largest photo that is decoded, in pixels; larger ones are refused by their header. @default 64000000 */
  maxPixels?: number | undefined;
  /** Let `http:` and `https:` URLs be given as photos; addresses of private networks stay refused. @default false */
  allowRemote?: boolean | undefined;
}

/** A way to name one style; `{ image }` takes what photos are given as. */
export type StyleName = CoreStyleName<PictureInput>;
/** One style of a mixture. */
export type WeightedStyle = CoreWeightedStyle<PictureInput>;
/** A style, or a mixture of several. */
export type StyleOption = CoreStyleOption<PictureInput>;
/** Options of {@link Stylizer.stylize}. */
export type StylizeOptions = CoreStylizeOptions<PictureInput>;
