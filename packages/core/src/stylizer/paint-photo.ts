import { preserveColor } from "../color/preserve-color.js";
import type { Point } from "../geometry/types.js";
import { paintTiles, type TilePlan } from "../paint/paint-tiles.js";
import type { PaintingPlan } from "../paint/plan-painting.js";
import { partOf } from "../picture/copy-part.js";
import type { Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import type { Job } from "./job.js";
import type { PaintedTile } from "./options.js";

/** How a photo is painted whole. */
export interface PhotoPainting {
  size: PaintingPlan;
  tiles: TilePlan;
  /** What is painted first, in pixels of the photo. */
  interest: readonly Point[];
  onTile?: ((tile: PaintedTile) => void) | undefined;
}

/**
 * Paints the photo as a whole.
 *
 * @returns the photo at the scale of the painting, and the painting.
 */
export async function paintPhoto(
  job: Job,
  { size, tiles, interest, onTile }: PhotoPainting,
): Promise<{ scaled: Picture; painting: Picture }> {
  const { easel, memory, photo } = job;
  const { width, height, scale } = size;
  const isSame = width === photo.width && height === photo.height;
  const scaled = await easel.clock.step("align", () => (isSame ? photo : resize(photo, width, height)));
  const key = `${job.digest}-${width}x${height}`;
  const keepColor = (painted: Picture, { x, y }: Point) =>
    preserveColor(painted, partOf(scaled, { x, y, width: painted.width, height: painted.height }));
  const { painting, features } = await paintTiles(easel, scaled, job.brush, {
    plan: tiles,
    known: memory.features.get(key),
    interest: interest.map(({ x, y }) => ({ x: x * scale, y: y * scale })),
    adjust: job.preserveColor ? keepColor : undefined,
    onTile,
  });
  memory.features.set(key, features);
  return { scaled, painting };
}
