import type {
  StyleName as CoreStyleName,
  StyleOption as CoreStyleOption,
  StylizeOptions as CoreStylizeOptions,
  StylizerOptions as CoreStylizerOptions,
  WeightedStyle as CoreWeightedStyle,
} from "@mmfs/core";
import type { BundleInput } from "../bundle/bundle-reference.js";
import type { PictureInput } from "../picture/picture-input.js";
import type { WebDevice } from "../runtime/web-devices.js";

/** Options of {@link createStylizer}. */
export interface StylizerOptions extends CoreStylizerOptions {
  /**
   * Where the networks run: `"webgpu"`, `"wasm"`, or `"auto"` for the first where the browser has a graphics adapter for it and the
   * second elsewhere. A device that is named is used or refused with `DEVICE_UNAVAILABLE`, never replaced.
   * @default "auto"
   */
  device?: "auto" | WebDevice | undefined;
  /** The bundle of networks and presets. @default the bundle of `@mmfs/model-mini`, as the app's bundler serves it */
  bundle?: BundleInput | undefined;
  /** Compute in a worker, or with false in the page, which then stands still meanwhile. @default true */
  worker?: boolean | undefined;
  /** Keep what is fetched of the bundle in Cache Storage. @default true */
  cache?: boolean | undefined;
  /**
   * Threads that WebAssembly computes with, where the page is cross-origin isolated; elsewhere it has one.
   * @default half of the cores, at most four
   */
  threads?: number | undefined;
  /**
   * Address of a folder with the files of onnxruntime-web's `dist`, for pages without a bundler.
   * @default what the app's bundler makes of the package onnxruntime-web
   */
  runtimeUrl?: string | URL | undefined;
  /** The largest photo that is read, in pixels. @default 64000000 */
  maxPixels?: number | undefined;
}

/** A way to name one style; `{ image }` takes what photos are given as. */
export type StyleName = CoreStyleName<PictureInput>;
/** One style of a mixture. */
export type WeightedStyle = CoreWeightedStyle<PictureInput>;
/** A style, or a mixture of several. */
export type StyleOption = CoreStyleOption<PictureInput>;
/** Options of {@link Stylizer.stylize}. */
export type StylizeOptions = CoreStylizeOptions<PictureInput>;
