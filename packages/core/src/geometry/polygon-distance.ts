import type { Point } from "./types.js";

/** How far a point lies outside of a closed polygon; 0 inside of it. */
export function distanceOutside(polygon: readonly Point[], { x, y }: Point): number {
  let isInside = false;
  let nearest = Number.POSITIVE_INFINITY;
  let from = polygon[polygon.length - 1]!;
  for (const to of polygon) {
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    // A ray to the right crosses the outline an odd number of times from inside.
    if (from.y > y !== to.y > y && x < from.x + (dx * (y - from.y)) / dy) isInside = !isInside;
    const along = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy || 1);
    const share = Math.min(Math.max(along, 0), 1);
    const [offX, offY] = [x - from.x - share * dx, y - from.y - share * dy];
    nearest = Math.min(nearest, offX * offX + offY * offY);
    from = to;
  }
  return isInside ? 0 : Math.sqrt(nearest);
}
