import type { Picture } from "./picture.js";
import { resize } from "./resize.js";

/**
 * Brings a painting to another size. What grows is interpolated by a windowed sinc of three lobes (Lanczos), which keeps strokes
 * crisper than splines do; what shrinks is averaged.
 *
 * @param into bytes that the result may take. @default new ones
 * @returns an opaque picture.
 */
export function enlarge(painting: Picture, width: number, height: number, into?: Uint8ClampedArray): Picture {
  const grows = width > painting.width || height > painting.height;
  return resize(painting, width, height, { filter: grows ? "lanczos3" : "area", into });
}
