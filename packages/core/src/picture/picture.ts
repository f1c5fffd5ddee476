/**
 * A picture in memory: `[height, width, channels]`, one byte a sample. Those that the library makes are row-major and
 * interleaved; `wrapPicture` makes one of bytes.
 * Pictures at the door of the library have 4 channels: sRGB and straight (not premultiplied) alpha.
 *
 * It has the fields of an `ndarray`, so that one, and any view of one, may be given wherever a picture may.
 */
export interface Picture {
  readonly data: Uint8ClampedArray;
  /** `[height, width, channels]`. */
  readonly shape: readonly number[];
  /** How many places in `data` the next row, column and channel are away. */
  readonly stride: readonly number[];
  /** The place of the first sample in `data`. */
  readonly offset: number;
  /** One sample, 0 to 255. */
  get(row: number, column: number, channel: number): number;
}
