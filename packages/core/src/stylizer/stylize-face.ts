import { alignFace } from "../align/align-face.js";
import { preserveColor } from "../color/preserve-color.js";
import type { FaceLayer } from "../composite/lay-faces.js";
import { paintTiles } from "../paint/paint-tiles.js";
import type { Job } from "./job.js";
import type { FaceSquare } from "./plan-photo.js";

/**
 * Paints one face in its aligned square.
 *
 * @param place of the face among those that are painted so, and how many these are.
 */
export async function stylizeFace(
  job: Job,
  { face, index, size, tiles }: FaceSquare,
  place: { face: number; faces: number },
): Promise<Omit<FaceLayer, "opacity">> {
  const { easel, memory, options } = job;
  const align = () => alignFace(job.photo, face.crop, size);
  const { picture: square, transform } = await easel.clock.step("align", align, place);
  const key = `${job.digest}-${index}-${size}`;
  const known = memory.features.get(key);
  const { painting, features } = await paintTiles(easel, square, job.brush, { plan: tiles, known, face: place });
  memory.features.set(key, features);
  return { face, transform, square, stylized: options.preserveColor ? preserveColor(painting, square) : painting };
}
