import type { Presets } from "../bundle/presets.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { interpolateStyles } from "../style/combine-styles.js";
import { StyleCode } from "../style/style-code.js";

/** Below this strength the photo itself is blended in, so that 0 leaves it as it was. */
const PHOTO_STRENGTH = 0.25;

/** A style at some strength. */
export interface AppliedStyle {
  code: StyleCode;
  /** How much of what is painted is shown over the photo, 0 to 1. */
  opacity: number;
  /** What the user should know. */
  warnings: string[];
}

/**
 * The code between the photo's and the style's, and how much of the painting is shown. Even the photo code makes a photo coarser,
 * so near strength 0 the photo itself comes in; without a photo code it does so all the way.
 *
 * @param photo the bundle's photo code.
 * @param strength 0 to 1.5.
 * @throws {MMFSError} `INVALID_ARGUMENT` for a strength above 1 without a photo code.
 */
export function applyStrength(style: StyleCode, photo: Presets["photo"], strength: number): AppliedStyle {
  if (strength === 1) return { code: style, opacity: 1, warnings: [] };
  if (photo !== undefined) {
    const { values, layers, dim } = interpolateStyles(photo, style, strength);
    const code = new StyleCode(values, layers, dim, style.origin);
    return { code, opacity: Math.min(strength / PHOTO_STRENGTH, 1), warnings: [] };
  }
  if (strength > 1) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `strength must be a number from 0 to 1 with this bundle, which has no photo code to move away from; ${strength} was given.`,
    );
  }
  const warning = "The bundle has no photo code, so strength blends the painting with the photo.";
  return { code: style, opacity: strength, warnings: [warning] };
}
