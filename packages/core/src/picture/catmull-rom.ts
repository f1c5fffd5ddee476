import type { Picture } from "./picture.js";

/**
 * Interpolates colours with Catmull-Rom splines through 4 × 4 pixels (Keys 1981, a = -0.5). Beyond its edges the picture is
 * mirrored.
 *
 * @param out red, green and blue are written there.
 * @returns takes a point, in pixels from the middle of the first one, and the place in `out` from which on its colour is written.
 */
export function catmullRomSampler(source: Picture, out: Uint8ClampedArray): (x: number, y: number, at: number) => void {
  const { width, height, data } = source;
  const stride = width * 4;
  return (x, y, at) => {
    const column = Math.floor(x) | 0;
    const row = Math.floor(y) | 0;
    const fx = x - column;
    const fy = y - row;
    const wx0 = ((-0.5 * fx + 1) * fx - 0.5) * fx;
    const wx1 = (1.5 * fx - 2.5) * fx * fx + 1;
    const wx2 = ((-1.5 * fx + 2) * fx + 0.5) * fx;
    const wx3 = (0.5 * fx - 0.5) * fx * fx;
    const wy0 = ((-0.5 * fy + 1) * fy - 0.5) * fy;
    const wy1 = (1.5 * fy - 2.5) * fy * fy + 1;
    const wy2 = ((-1.5 * fy + 2) * fy + 0.5) * fy;
    const wy3 = (0.5 * fy - 0.5) * fy * fy;
    const isInside = column >= 1 && row >= 1 && column < width - 2 && row < height - 2;
    const c0 = isInside ? column * 4 - 4 : mirror(column - 1, width) * 4;
    const c1 = isInside ? column * 4 : mirror(column, width) * 4;
    const c2 = isInside ? column * 4 + 4 : mirror(column + 1, width) * 4;
    const c3 = isInside ? column * 4 + 8 : mirror(column + 2, width) * 4;
    const r0 = (isInside ? row - 1 : mirror(row - 1, height)) * stride;
    const r1 = (isInside ? row : mirror(row, height)) * stride;
    const r2 = (isInside ? row + 1 : mirror(row + 1, height)) * stride;
    const r3 = (isInside ? row + 2 : mirror(row + 2, height)) * stride;
    for (let c = 0; c < 3; c++) {
      const a0 = c0 + c;
      const a1 = c1 + c;
      const a2 = c2 + c;
      const a3 = c3 + c;
      out[at + c] =
        wy0 * (wx0 * data[r0 + a0]! + wx1 * data[r0 + a1]! + wx2 * data[r0 + a2]! + wx3 * data[r0 + a3]!) +
        wy1 * (wx0 * data[r1 + a0]! + wx1 * data[r1 + a1]! + wx2 * data[r1 + a2]! + wx3 * data[r1 + a3]!) +
        wy2 * (wx0 * data[r2 + a0]! + wx1 * data[r2 + a1]! + wx2 * data[r2 + a2]! + wx3 * data[r2 + a3]!) +
        wy3 * (wx0 * data[r3 + a0]! + wx1 * data[r3 + a1]! + wx2 * data[r3 + a2]! + wx3 * data[r3 + a3]!);
    }
  };
}

/** The pixel that a coordinate beyond the edge mirrors: -1 is 0, -2 is 1, `length` is `length - 1`. */
function mirror(coordinate: number, length: number): number {
  let i = coordinate;
  while (i < 0 || i >= length) i = i < 0 ? -1 - i : 2 * length - 1 - i;
  return i;
}
