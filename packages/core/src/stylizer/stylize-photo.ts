import type { FaceLayer } from "../composite/lay-faces.js";
import { cropToSquare } from "../geometry/similarity.js";
import { cellsAtOnce, expectTiles, tilesFor } from "../paint/paint-tiles.js";
import { type PaintingPlan, planPainting } from "../paint/plan-painting.js";
import type { Matte } from "../people/matte.js";
import { personMatte } from "../people/person-matte.js";
import { blendPictures } from "../picture/blend-pictures.js";
import type { Picture } from "../picture/picture.js";
import { warpSquare } from "../picture/warp.js";
import { finishPhoto } from "./finish-photo.js";
import type { Job } from "./job.js";
import { paintPhoto } from "./paint-photo.js";
import type { ParsedOptions } from "./parse-options.js";
import type { StylizedFace, StylizeResult } from "./result.js";
import type { SelectedFace } from "./select-faces.js";
import { stylizeFace } from "./stylize-face.js";

/** What a photo is painted with, besides what all steps share. */
export interface PhotoRequest {
  /** As it was given, with its alpha. */
  photo: Picture;
  selected: readonly SelectedFace[];
  /** The side in pixels that a face's square has for the network. */
  resolution: number;
  /** Of a painting at most. */
  megapixels: number;
  /** How much of what is painted is shown, 0 to 1. */
  opacity: number;
  /** Whether the result may take the bytes of the photo. */
  mayOverwrite: boolean;
  options: ParsedOptions;
}

/** Paints a photo, or its faces alone, and brings the parts together. */
export async function stylizePhoto(
  job: Job,
  request: PhotoRequest,
): Promise<Pick<StylizeResult, "width" | "height" | "data" | "faces" | "painting">> {
  const { photo, selected, opacity, mayOverwrite, options } = request;
  const { clock } = job.easel;
  const { fixedSize } = job.easel.graphs.network;
  const tilesOf = (size: { width: number; height: number }) =>
    tilesFor(size, fixedSize, cellsAtOnce(job.easel.graphs.device, photo));
  const plan = planOf(request);
  const apart = selected.filter((_, i) => plan === undefined || plan.apart[i]);
  const whole = plan && { size: plan, tiles: tilesOf(plan) };
  const sizeOf = (face: SelectedFace) => squareSize(face, request, plan, fixedSize);
  if (options.subject === "people") {
    clock.expect("people");
    // A bundle without it must say so before the photo is painted.
    await job.easel.graphs.load("personMatte", job.easel.load);
  }
  if (whole) {
    clock.expect("align");
    expectTiles(clock, whole.tiles);
  }
  for (const face of apart) {
    clock.expect("align");
    const size = sizeOf(face);
    expectTiles(clock, tilesOf({ width: size, height: size }));
  }

  const interest = selected.map(({ face }) => face.crop.center);
  const painted = whole && (await paintPhoto(job, { ...whole, interest, onTile: options.onTile }));
  const layers: FaceLayer[] = [];
  for (const [i, face] of apart.entries()) {
    const layer = await stylizeFace(job, face, sizeOf(face), { face: i, faces: apart.length });
    layers.push({ ...layer, opacity: painted ? 1 : opacity });
  }
  const faces = selected.map((each): StylizedFace => {
    const layer = layers.find(({ face }) => face === each.face);
    const { transform, picture } = layer ? squareOf(layer) : cutOut(each, plan!, painted!.painting, request.resolution);
    return { ...each.face, index: each.index, transform, picture, apart: layer !== undefined };
  });
  const painting = plan && { width: plan.width, height: plan.height, scale: plan.scale };
  if (options.output === "crop") {
    clock.finish("stylize");
    return { ...faces[0]!.picture, faces, painting };
  }
  const matte = options.subject === "people" ? await findPeople(job, request) : undefined;
  const finish = () => finishPhoto({ photo, whole: painted, layers, matte, opacity, mayOverwrite, options });
  const picture = await clock.step("composite", finish);
  clock.finish("composite");
  return { ...picture, faces, painting };
}

async function findPeople({ photo, easel }: Job, { selected }: PhotoRequest): Promise<Matte> {
  const { clock, graphs, load } = easel;
  const network = await graphs.load("personMatte", load);
  const faces = selected.map(({ face }) => face);
  return clock.step("people", () => personMatte(photo, faces, network, { signal: load.signal }));
}

/** How the photo is painted whole; nothing where its faces alone are. */
function planOf({ photo, selected, resolution, megapixels, options }: PhotoRequest): PaintingPlan | undefined {
  const isWhole = options.surroundings === "painted" || options.subject === "people";
  if (options.output === "crop" || !isWhole) return undefined;
  const crops = selected.map(({ face }) => face.crop);
  return planPainting(photo, crops, resolution, megapixels * 1e6);
}

/** Twice as many pixels as are seen of a face are enough for it, where it is laid into a painting. */
const PIXELS_PER_PIXEL = 2;
const LEAST_SIZE = 128;

/** The side of the square in which a face is painted by itself, a multiple of 16. */
function squareSize(
  { face }: SelectedFace,
  { resolution, options }: PhotoRequest,
  plan: PaintingPlan | undefined,
  fixedSize: number | undefined,
): number {
  if (fixedSize !== undefined) return fixedSize;
  if (plan === undefined) return resolution;
  const shown = face.crop.side * (options.size === "painting" ? plan.scale : 1);
  return Math.min(resolution, Math.max(LEAST_SIZE, Math.ceil((PIXELS_PER_PIXEL * shown) / 16) * 16));
}

function squareOf({ transform, square, stylized, opacity }: FaceLayer) {
  return { transform, picture: opacity < 1 ? blendPictures(square, stylized, opacity) : stylized };
}

/** The square of a face that was painted with the rest. */
function cutOut({ face }: SelectedFace, plan: PaintingPlan, painting: Picture, size: number) {
  const transform = cropToSquare(face.crop, size);
  const { a, b, tx, ty } = transform;
  const fromPainting = { a: a / plan.scale, b: b / plan.scale, tx, ty };
  return { transform, picture: warpSquare(painting, fromPainting, size) };
}
