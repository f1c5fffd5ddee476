import type { StylizerOptions as CoreStylizerOptions } from "@mmfs/core";

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
