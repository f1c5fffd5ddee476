import type { NetworkShape } from "../bundle/manifest.js";
import { MMFSError } from "../errors/mmfs-error.js";

/**
 * The side in pixels that a face's square has for the network.
 *
 * @param wanted a multiple of 16; `"live"` or nothing for one of those that the bundle names.
 * @throws {MMFSError} `INVALID_ARGUMENT` where the graphs of the bundle take one size, which is another.
 */
export function chooseResolution({ resolution, fixedSize }: NetworkShape, wanted: number | "live" | undefined): number {
  if (wanted === undefined) return resolution.default;
  if (wanted === "live") return resolution.live;
  if (fixedSize !== undefined && wanted !== fixedSize) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `The bundle's graphs take squares of ${fixedSize} pixels only, not of ${wanted}. Leave resolution out, or convert the checkpoint anew: today's graphs take any size.`,
    );
  }
  return wanted;
}
