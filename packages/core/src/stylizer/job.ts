import type { Brush } from "../networks/decode.js";
import type { Easel } from "../paint/paint-tiles.js";
import type { Picture } from "../picture/picture.js";
import type { PhotoMemory } from "./photo-memory.js";

/** What the steps of one call share. */
export interface Job {
  /** Opaque. */
  photo: Picture;
  /** A name for its content. */
  digest: string;
  brush: Brush;
  preserveColor: boolean;
  easel: Easel;
  memory: PhotoMemory;
}
