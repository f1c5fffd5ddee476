/**
 * Square planes turned counterclockwise, so that what stood turned clockwise by so much stands upright.
 *
 * @param values any number of planes of `size × size` values, row by row.
 * @param turns of 90 degrees each, 0 to 3.
 */
export function quarterTurn(values: Float32Array, size: number, turns: number): Float32Array {
  if (turns === 0) return values;
  const turned = new Float32Array(values.length);
  const last = size - 1;
  for (let plane = 0; plane < values.length; plane += size * size) {
    for (let y = 0, at = plane; y < size; y++) {
      for (let x = 0; x < size; x++, at++) {
        const from =
          turns === 1 ? x * size + last - y : turns === 2 ? (last - y) * size + last - x : (last - x) * size + y;
        turned[at] = values[plane + from]!;
      }
    }
  }
  return turned;
}
