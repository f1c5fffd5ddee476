import ndarray, { type NdArray } from "ndarray";
import type { Picture } from "./picture/picture.js";

export { fromNdarray, type NdarrayView } from "./picture/ndarray.js";

/**
 * A picture as an ndarray of the same bytes, `[height, width, 4]`: what is changed in one is changed in the other.
 *
 * It is what `@mmfs/core/ndarray` is for: the package ndarray compiles its views with `new Function`, which a strict
 * Content-Security-Policy forbids, and only who imports this entry loads it. Views of ndarrays are accepted without it.
 */
export function toNdarray({ width, height, data }: Picture): NdArray<Uint8ClampedArray> {
  return ndarray(data, [height, width, 4]);
}
