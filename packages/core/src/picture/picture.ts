import type { NdArray } from "ndarray";

/**
 * A picture in memory: `[height, width, channels]`, one byte a sample, row-major and interleaved.
 * Pictures at the door of the library have 4 channels: sRGB and straight (not premultiplied) alpha.
 */
export type Picture = NdArray<Uint8ClampedArray>;
