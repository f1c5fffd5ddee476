/** Where a style code came from. */
export type StyleOrigin =
  | { type: "preset"; name: string }
  | { type: "seed"; seed: number }
  | { type: "text"; prompt: string }
  | { type: "image" }
  | { type: "pack"; name: string }
  | { type: "mixture"; of: StyleOrigin[] }
  | { type: "file" };

/** Rows of w+: the styled convolutions and to-RGB layers of four up-blocks, as the decoder counts them. */
export const STYLE_LAYERS = 10;

/**
 * A point of the w+ space: one row of D numbers for each of the decoder's ten style inputs, the coarse ones first.
 *
 * Codes are never changed in place. {@link interpolateStyles}, {@link mixStyles}, {@link averageStyles} and
 * {@link truncateStyle} make new ones; {@link serializeStyleCode} and {@link parseStyleCode} save and load them.
 */
export class StyleCode {
  constructor(
    /** Row-major `[layers, dim]`. */
    readonly values: Float32Array,
    readonly layers: number,
    readonly dim: number,
    readonly origin: StyleOrigin,
  ) {}

  /** A code whose rows are all the same w, as the mapping network gives it. */
  static fromRow(w: Float32Array, origin: StyleOrigin, layers = STYLE_LAYERS): StyleCode {
    const values = new Float32Array(layers * w.length);
    for (let row = 0; row < layers; row++) values.set(w, row * w.length);
    return new StyleCode(values, layers, w.length, origin);
  }
}
