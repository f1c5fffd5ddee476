import type {
  StyleName as CoreStyleName,
  StyleOption as CoreStyleOption,
  StylizeOptions as CoreStylizeOptions,
  WeightedStyle as CoreWeightedStyle,
} from "@mmfs/core";
import type { PictureInput } from "../picture/picture-input.js";

/** A way to name one style; `{ image }` takes what photos are given as. */
export type StyleName = CoreStyleName<PictureInput>;
/** One style of a mixture. */
export type WeightedStyle = CoreWeightedStyle<PictureInput>;
/** A style, or a mixture of several. */
export type StyleOption = CoreStyleOption<PictureInput>;
/** Options of {@link Stylizer.stylize}. */
export type StylizeOptions = CoreStylizeOptions<PictureInput>;
