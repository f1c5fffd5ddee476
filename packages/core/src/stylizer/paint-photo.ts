import { preserveColor } from "../color/preserve-color.js";
import type { WholePainting } from "../finish/painted-parts.js";
import type { Point } from "../geometry/types.js";
import { paintTiles } from "../paint/paint-tiles.js";
import { partOf } from "../picture/copy-part.js";
import type { Picture } from "../picture/picture.js";
import { resize } from "../picture/resize.js";
import type { Job } from "./job.js";
import type { PhotoPlan } from "./plan-photo.js";

/** Paints the photo as a whole, its faces first. */
export async function paintPhoto(job: Job, { size, tiles }: NonNullable<PhotoPlan["whole"]>): Promise<WholePainting> {
  const { easel, memory, photo, options } = job;
  const { width, height, scale } = size;
  const isSame = width === photo.width && height === photo.height;
  const scaled = await easel.clock.step("align", () => (isSame ? photo : resize(photo, width, height)));
  const key = `${job.digest}-${width}x${height}`;
  const keepColor = (painted: Picture, { x, y }: Point) =>
    preserveColor(painted, partOf(scaled, { x, y, width: painted.width, height: painted.height }));
  const { painting, features } = await paintTiles(easel, scaled, job.brush, {
    plan: tiles,
    known: memory.features.get(key),
    interest: job.selected.map(({ face: { crop } }) => ({ x: crop.center.x * scale, y: crop.center.y * scale })),
    adjust: options.preserveColor ? keepColor : undefined,
    onTile: options.onTile,
  });
  memory.features.set(key, features);
  return { scaled, painting };
}
