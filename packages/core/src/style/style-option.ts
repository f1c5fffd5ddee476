import type { StylePack } from "../pack/style-pack.js";
import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import type { StyleCode } from "./style-code.js";
import type { StyleLayers } from "./style-groups.js";

/**
 * A way to name one style.
 *
 * @typeParam Image what a reference picture is given as; pixels here, files and bytes in the platform packages.
 */
export type StyleName<Image = Picture | NdarrayView> =
  /** A preset of the bundle ("charcoal"), or else a prompt where the bundle understands text. */
  | string
  /** A random style: the mapping network turns the seed into a w. */
  | { seed: number }
  /** A style code, as saved. */
  | { code: StyleCode }
  /** The style of a reference picture, where the bundle understands pictures. */
  | { image: Image };

/** One style of a mixture. */
export type WeightedStyle<Image = Picture | NdarrayView> = {
  style: StyleName<Image>;
  /**
   * Its share; in each row the weights are divided by the sum of those above 0. A negative one means less of the style: it moves
   * the others away from it, counted from the bundle's photo code or, without one, from the mean of its presets; see
   * {@link averageStyles}.
   * @default 1
   */
  weight?: number | undefined;
  /**
   * The rows of w+ that this style governs: `"coarse"` (0 to 3), `"middle"` (4 to 6), `"fine"` (7 to 9), or a list of these and of
   * single rows. Rows that no style governs are those of the photo code.
   * @default all ten
   */
  layers?: StyleLayers | undefined;
};

export type StyleOption<Image = Picture | NdarrayView> =
  | StyleName<Image>
  /** A style with a decoder of its own, as `readPack` gives it; it cannot be part of a mixture. */
  | { pack: StylePack }
  | readonly WeightedStyle<Image>[];

/** True for a list of styles. */
export function isMixture<Image>(style: StyleOption<Image>): style is readonly WeightedStyle<Image>[] {
  return Array.isArray(style);
}

/** The pack of a style that is one. */
export function packOf<Image>(style: StyleOption<Image> | undefined): StylePack | undefined {
  return typeof style === "object" && "pack" in style ? style.pack : undefined;
}
