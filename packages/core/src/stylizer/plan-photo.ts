import { cellsAtOnce, expectTiles, type TilePlan, tilesFor } from "../paint/paint-tiles.js";
import { type PaintingPlan, planPainting } from "../paint/plan-painting.js";
import type { Job } from "./job.js";
import type { SelectedFace } from "./select-faces.js";
import type { StageClock } from "./stage-clock.js";

/** A face that is painted in a square of its own. */
export interface FaceSquare extends SelectedFace {
  /** The side of the square in pixels, a multiple of 16. */
  size: number;
  tiles: TilePlan;
}

/** What is painted of a photo, and in which sizes. */
export interface PhotoPlan {
  /** How it is painted whole; nothing where its faces alone are. */
  whole: { size: PaintingPlan; tiles: TilePlan } | undefined;
  squares: readonly FaceSquare[];
}

/** Twice as many pixels as are seen of a face are enough for it, where it is laid into a painting. */
const PIXELS_PER_PIXEL = 2;
const LEAST_SIZE = 128;

/** Decides what is painted of a photo, and in which sizes. */
export function planPhoto(job: Job): PhotoPlan {
  const { network, device } = job.easel.graphs;
  const tilesOf = (size: { width: number; height: number }) =>
    tilesFor(size, network.fixedSize, cellsAtOnce(device, job.photo));
  const size = planWhole(job);
  const squares = job.selected
    .filter((_, i) => size === undefined || size.apart[i])
    .map((face) => {
      const side = network.fixedSize ?? squareSize(face, job, size);
      return { ...face, size: side, tiles: tilesOf({ width: side, height: side }) };
    });
  return { whole: size && { size, tiles: tilesOf(size) }, squares };
}

/** Tells the clock what is to come. */
export function expectPainting(clock: StageClock, { whole, squares }: PhotoPlan): void {
  for (const { tiles } of whole === undefined ? squares : [whole, ...squares]) {
    clock.expect("align");
    expectTiles(clock, tiles);
  }
}

function planWhole({ photo, selected, resolution, megapixels, options }: Job): PaintingPlan | undefined {
  const isWhole = options.surroundings === "painted" || options.subject === "people";
  if (options.output === "crop" || !isWhole) return undefined;
  const crops = selected.map(({ face }) => face.crop);
  return planPainting(photo, crops, resolution, megapixels * 1e6);
}

function squareSize({ face }: SelectedFace, { resolution, options }: Job, whole: PaintingPlan | undefined): number {
  if (whole === undefined) return resolution;
  const shown = face.crop.side * (options.size === "painting" ? whole.scale : 1);
  return Math.min(resolution, Math.max(LEAST_SIZE, Math.ceil((PIXELS_PER_PIXEL * shown) / 16) * 16));
}
