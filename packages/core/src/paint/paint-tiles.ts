import type { Box, Point } from "../geometry/types.js";
import { type Brush, DECODER_HALO, decode } from "../networks/decode.js";
import { ENCODER_HALO, encode } from "../networks/encode.js";
import { CELL, copyFeatures, type FeatureMaps, featuresLike } from "../networks/feature-maps.js";
import type { GraphSet } from "../networks/graph-set.js";
import { copyInto } from "../picture/copy-part.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { fromTensorData } from "../picture/tensor-data.js";
import type { Device } from "../runtime/runtime.js";
import type { LoadOptions, PaintedTile } from "../stylizer/options.js";
import type { StageClock, StepPlace } from "../stylizer/stage-clock.js";
import { planTiles, type Tile } from "./plan-tiles.js";

/** Cells that a graph computes at once: 0.6 megapixels, for whose activations the decoder takes some 500 MB at 32 channels. */
const CELLS_AT_ONCE = 2400;
/** In the memory of a WebAssembly module, which grows in a browser's tab and never shrinks. */
const CELLS_AT_ONCE_IN_WASM = 1200;
/** Beside a photo that takes much memory itself, and how many pixels such a one has. */
const [CELLS_BESIDE_LARGE, LARGE] = [1600, 24e6];

/** How many cells a graph computes at once. @param photo its size in pixels. */
export function cellsAtOnce(device: Device, { width, height }: { width: number; height: number }): number {
  if (device === "wasm") return CELLS_AT_ONCE_IN_WASM;
  return width * height > LARGE ? CELLS_BESIDE_LARGE : CELLS_AT_ONCE;
}

/** The tiles of one painting. */
export interface TilePlan {
  /** Of the picture in cells, the last of which it may fill in part. */
  columns: number;
  rows: number;
  encode: readonly Tile[];
  decode: readonly Tile[];
}

type FacePlace = Pick<StepPlace, "face" | "faces">;

/** What a picture is painted with. */
export interface Easel {
  graphs: GraphSet;
  clock: StageClock;
  load: LoadOptions;
}

/**
 * The tiles in which a picture is painted.
 *
 * @param size of the picture in pixels.
 * @param fixedSide the one side in pixels that the graphs of an old bundle take.
 * @param mostArea of a tile in cells.
 */
export function tilesFor(
  size: { width: number; height: number },
  fixedSide?: number,
  mostArea = CELLS_AT_ONCE,
): TilePlan {
  const side = fixedSide === undefined ? undefined : fixedSide / CELL;
  const cells = (length: number) => Math.max(Math.ceil(length / CELL), side ?? 1);
  const [columns, rows] = [cells(size.width), cells(size.height)];
  const plan = (halo: number) => planTiles(columns, rows, { halo, mostArea, fixedSide: side });
  return { columns, rows, encode: plan(ENCODER_HALO), decode: plan(DECODER_HALO) };
}

/** Tells the clock what is to come. */
export function expectTiles(clock: StageClock, { encode: encoded, decode: decoded }: TilePlan): void {
  for (const { input } of encoded) clock.expect("encode", areaOf(input));
  for (const { input } of decoded) clock.expect("stylize", areaOf(input));
}

/**
 * Paints a picture, tile by tile where it is large; tiles fit together as if it were painted at once. Each tile is encoded when the
 * first tile is painted that looks at it.
 *
 * @param picture opaque, of the size of the painting.
 * @param known the features of the picture, if they were kept.
 * @param options.interest what a viewer looks at first, in pixels of the painting. @default the middle
 * @param options.face tells the progress which face this is, in the place of the tile.
 * @param options.adjust changes what was painted, given its place in the painting.
 * @returns the painting, and the features, complete.
 */
export async function paintTiles(
  easel: Easel,
  picture: Picture,
  brush: Brush,
  options: {
    plan: TilePlan;
    known?: FeatureMaps | undefined;
    interest?: readonly Point[] | undefined;
    face?: FacePlace | undefined;
    adjust?: ((painted: Picture, at: Point) => Picture) | undefined;
    onTile?: ((tile: PaintedTile) => void) | undefined;
  },
): Promise<{ painting: Picture; features: FeatureMaps }> {
  const { plan, known, interest = [], face, adjust, onTile } = options;
  const { width, height } = picture;
  const points = interest.length > 0 ? interest : [{ x: width / 2, y: height / 2 }];
  const encoder = new TileEncoder(easel, picture, { plan, known, face });
  const painting = createPicture(width, height);
  const order = nearestFirst(plan.decode, points);
  for (const [tile, { core, input }] of order.entries()) {
    await encoder.complete(input);
    const place = { ...(face ?? { tile, tiles: order.length }), cells: areaOf(input) };
    await easel.clock.step(
      "stylize",
      async () => {
        const planes = await decode(easel.graphs, { features: encoder.features, part: input }, brush, easel.load);
        const x = core.x * CELL;
        const y = core.y * CELL;
        const part = {
          x: x - input.x * CELL,
          y: y - input.y * CELL,
          width: Math.min(core.width * CELL, width - x),
          height: Math.min(core.height * CELL, height - y),
        };
        if (part.width <= 0 || part.height <= 0) return;
        const drawn = fromTensorData(planes, input.width * CELL, input.height * CELL, part);
        const painted = adjust === undefined ? drawn : adjust(drawn, { x, y });
        copyInto(painting, painted, x, y);
        onTile?.({ picture: painted, x, y, width, height });
      },
      place,
    );
  }
  return { painting, features: encoder.features };
}

/** Encodes the tiles of a picture when they are asked for. */
class TileEncoder {
  readonly #easel: Easel;
  readonly #picture: Picture;
  readonly #plan: TilePlan;
  readonly #face: FacePlace | undefined;
  readonly #waiting: Set<Tile>;
  #features: FeatureMaps | undefined;

  constructor(
    easel: Easel,
    picture: Picture,
    { plan, known, face }: { plan: TilePlan; known: FeatureMaps | undefined; face: FacePlace | undefined },
  ) {
    this.#easel = easel;
    this.#picture = picture;
    this.#plan = plan;
    this.#face = face;
    this.#features = known;
    this.#waiting = new Set(known === undefined ? plan.encode : []);
    if (known !== undefined) for (const { input } of plan.encode) easel.clock.skip("encode", areaOf(input));
  }

  /** Of the whole picture, as far as they are complete. */
  get features(): FeatureMaps {
    return this.#features!;
  }

  /** Encodes what is still missing of a part. @param part in cells. */
  async complete(part: Box): Promise<void> {
    const { clock, graphs, load } = this.#easel;
    const tiles = this.#plan.encode.length;
    for (const tile of [...this.#waiting].filter(({ core }) => overlap(core, part))) {
      const { core, input } = tile;
      const region = { x: input.x * CELL, y: input.y * CELL, width: input.width * CELL, height: input.height * CELL };
      const tilePlace = this.#face ?? { tile: tiles - this.#waiting.size, tiles };
      const place = { ...tilePlace, cells: areaOf(input) };
      const encoded = await clock.step("encode", () => encode(graphs, this.#picture, region, load), place);
      this.#features ??= featuresLike(encoded, this.#plan.columns, this.#plan.rows);
      const own = { ...core, x: core.x - input.x, y: core.y - input.y };
      copyFeatures(encoded, own, this.#features, core);
      this.#waiting.delete(tile);
    }
  }
}

function areaOf({ width, height }: Box): number {
  return width * height;
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Tiles in the order of the distance of their middles to the nearest of some points, which are in pixels. */
function nearestFirst(tiles: readonly Tile[], points: readonly Point[]): Tile[] {
  const distance = ({ core }: Tile) => {
    const [x, y] = [(core.x + core.width / 2) * CELL, (core.y + core.height / 2) * CELL];
    return Math.min(...points.map((point) => Math.hypot(point.x - x, point.y - y)));
  };
  return [...tiles].sort((one, other) => distance(one) - distance(other));
}
