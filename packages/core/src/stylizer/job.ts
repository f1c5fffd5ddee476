import type { Brush } from "../networks/decode.js";
import type { Easel } from "../paint/paint-tiles.js";
import type { Picture } from "../picture/picture.js";
import type { ParsedOptions } from "./parse-options.js";
import type { PhotoMemory } from "./photo-memory.js";
import type { SelectedFace } from "./select-faces.js";

/** One call: its photo, what is painted of it, and with what. */
export interface Job {
  /** The photo as it was given, with its alpha. */
  given: Picture;
  /** Whether the result may take the bytes of `given`. */
  mayOverwrite: boolean;
  /** The photo, opaque. */
  photo: Picture;
  /** A name for its content. */
  digest: string;
  /** The faces that are to be stylised. */
  selected: readonly SelectedFace[];
  brush: Brush;
  /** How much of what is painted is shown, 0 to 1. */
  opacity: number;
  /** The side in pixels that a face's square has for the network. */
  resolution: number;
  /** Of a painting at most. */
  megapixels: number;
  options: ParsedOptions;
  easel: Easel;
  memory: PhotoMemory;
}
