import type { Point } from "../geometry/types.js";
import type { Matte } from "./matte.js";

/** Shares from this on belong to an island. */
const LAND = 0.4;

/** Islands smaller than this part of the largest are not people, unless a face lies on them. */
const SMALL = 0.03;

/**
 * Sets small islands of a matte to 0: things far from the people that the network took for a part of one.
 *
 * @param faces the middles of the faces, in pixels of the matte; what they lie on stays.
 * @param matte is changed in place.
 */
export function removeIslands({ width, height, values }: Matte, faces: readonly Point[]): void {
  const labels = new Int32Array(values.length);
  const areas = [0];
  const stack = new Int32Array(values.length);
  for (let start = 0; start < values.length; start++) {
    if (labels[start] !== 0 || values[start]! < LAND) continue;
    const label = areas.length;
    let depth = 1;
    let area = 0;
    stack[0] = start;
    labels[start] = label;
    while (depth > 0) {
      const at = stack[--depth]!;
      area += 1;
      const x = at % width;
      const neighbours = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width];
      for (const next of neighbours) {
        if (next < 0 || next >= values.length || labels[next] !== 0 || values[next]! < LAND) continue;
        labels[next] = label;
        stack[depth++] = next;
      }
    }
    areas.push(area);
  }
  const least = SMALL * areas.reduce((most, area) => Math.max(most, area), 0);
  const kept = areas.map((area) => area >= least);
  for (const { x, y } of faces) {
    if (x < 0 || y < 0 || x >= width || y >= height) continue;
    kept[labels[Math.floor(y) * width + Math.floor(x)]!] = true;
  }
  for (let i = 0; i < values.length; i++) {
    if (!kept[labels[i]!]) values[i] = 0;
  }
}
