import type { Box } from "../geometry/types.js";

/** A part of a picture that a network computes at once. */
export interface Tile {
  /** What is kept of the result; the cores of all tiles cover the picture, each place once. */
  core: Box;
  /** What the network reads: the core and what lies within reach of it, as far as the picture goes. */
  input: Box;
}

/** What tiles have to keep to, in the unit of the picture's size. */
export interface TileLimits {
  /** How far beyond a place the network looks. */
  halo: number;
  /** The greatest area of an input. */
  mostArea: number;
  /** The one side that all inputs have, for a network of one size; the picture must be at least as large. */
  fixedSide?: number | undefined;
}

/** A tile costs as much as so many units of area besides its own, so that many small ones do not win. */
const COST_OF_TILE = 64;

/**
 * Cuts a picture into as few and as square tiles as their limits allow, so that the least is computed twice.
 *
 * @param width in any unit; the bounds of tiles are whole numbers of it.
 * @returns row by row.
 */
export function planTiles(width: number, height: number, limits: TileLimits): Tile[] {
  const { halo, mostArea, fixedSide } = limits;
  if (fixedSide !== undefined) return cross(lay(width, fixedSide, halo), lay(height, fixedSide, halo));
  let best: { cost: number; tiles: Tile[] } | undefined;
  for (let columns = 1; columns <= width; columns++) {
    // Columns so narrow that a row of one unit is too large are too few; ever more columns cost ever more.
    if (best !== undefined && columns * (2 * halo + 1) * Math.min(height, 2 * halo + 1) > best.cost) break;
    for (let rows = 1; rows <= height; rows++) {
      const tiles = cross(cut(width, columns, halo), cut(height, rows, halo));
      const areas = tiles.map(({ input }) => input.width * input.height);
      if (Math.max(...areas) > mostArea && !(columns === width && rows === height)) continue;
      const cost = areas.reduce((sum, area) => sum + area + COST_OF_TILE, 0);
      if (best === undefined || cost < best.cost) best = { cost, tiles };
      break;
    }
  }
  return best!.tiles;
}

interface Span {
  core: [start: number, end: number];
  input: [start: number, end: number];
}

/** Cuts a length into `count` spans that are as equal as they can be. */
function cut(length: number, count: number, halo: number): Span[] {
  const bound = (i: number) => Math.round((i * length) / count);
  return Array.from({ length: count }, (_, i) => {
    const core: Span["core"] = [bound(i), bound(i + 1)];
    return { core, input: [Math.max(0, core[0] - halo), Math.min(length, core[1] + halo)] };
  });
}

/** Lays spans of one length over another length, evenly; where two of them overlap, they meet in the middle. */
function lay(length: number, side: number, halo: number): Span[] {
  const rest = length - side;
  const steps = Math.ceil(rest / Math.max(side - 2 * halo, 1));
  const start = (i: number) => (steps === 0 ? 0 : Math.round((i * rest) / steps));
  const meeting = (i: number) => Math.floor((start(i - 1) + side + start(i)) / 2);
  return Array.from({ length: steps + 1 }, (_, i) => ({
    core: [i === 0 ? 0 : meeting(i), i === steps ? length : meeting(i + 1)],
    input: [start(i), start(i) + side],
  }));
}

function cross(columns: readonly Span[], rows: readonly Span[]): Tile[] {
  return rows.flatMap((row) =>
    columns.map((column) => ({ core: box(column.core, row.core), input: box(column.input, row.input) })),
  );
}

function box([left, right]: readonly [number, number], [top, bottom]: readonly [number, number]): Box {
  return { x: left, y: top, width: right - left, height: bottom - top };
}
