import { alignFace } from "../align/align-face.js";
import { preserveColor } from "../color/preserve-color.js";
import type { FaceLayer } from "../composite/lay-faces.js";
import { cellsAtOnce, paintTiles, tilesFor } from "../paint/paint-tiles.js";
import type { Job } from "./job.js";
import type { SelectedFace } from "./select-faces.js";

/**
 * Paints one face in its aligned square.
 *
 * @param size side of the square in pixels, a multiple of 16.
 * @param place of the face among those that are painted so, and how many these are.
 */
export async function stylizeFace(
  job: Job,
  { face, index }: SelectedFace,
  size: number,
  place: { face: number; faces: number },
): Promise<Omit<FaceLayer, "opacity">> {
  const { easel, memory } = job;
  const { network, device } = easel.graphs;
  const align = () => alignFace(job.photo, face.crop, size);
  const { picture: square, transform } = await easel.clock.step("align", align, place);
  const key = `${job.digest}-${index}-${size}`;
  const { painting, features } = await paintTiles(easel, square, job.brush, {
    plan: tilesFor({ width: size, height: size }, network.fixedSize, cellsAtOnce(device, job.photo)),
    known: memory.features.get(key),
    face: place,
  });
  memory.features.set(key, features);
  return { face, transform, square, stylized: job.preserveColor ? preserveColor(painting, square) : painting };
}
