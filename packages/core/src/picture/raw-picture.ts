/** Pixels as they travel between threads: sRGB with straight alpha, `height × width × 4` bytes, row by row. */
export interface RawPicture {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}
