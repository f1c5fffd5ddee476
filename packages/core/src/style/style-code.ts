/** Where a style code came from. */
export type StyleOrigin =
  | { type: "preset"; name: string }
  | { type: "seed"; seed: number }
  | { type: "text"; prompt: string }
  | { type: "image" }
  | { type: "mixture"; of: StyleOrigin[] }
  | { type: "file" };

/** A point of the w+ space: one row of D numbers for each of the decoder's ten style inputs. */
export class StyleCode {
  constructor(
    /** Row-major `[layers, dim]`. */
    readonly values: Float32Array,
    readonly layers: number,
    readonly dim: number,
    readonly origin: StyleOrigin,
  ) {}
}
