import type { FaceLayer } from "../composite/lay-faces.js";
import { finishPhoto } from "../finish/finish-photo.js";
import { findPeople } from "./find-people.js";
import type { Job } from "./job.js";
import { paintPhoto } from "./paint-photo.js";
import { expectPainting, planPhoto } from "./plan-photo.js";
import type { StylizeResult } from "./result.js";
import { faceOfPainting, faceOfSquare } from "./show-face.js";
import { stylizeFace } from "./stylize-face.js";

/** Paints a photo, or its faces alone, and brings the parts together. */
export async function stylizePhoto(
  job: Job,
): Promise<Pick<StylizeResult, "width" | "height" | "data" | "faces" | "painting">> {
  const { given, selected, opacity, mayOverwrite, options } = job;
  const { clock, graphs, load } = job.easel;
  const plan = planPhoto(job);
  const size = plan.whole?.size;
  if (options.subject === "people") {
    clock.expect("people");
    // A bundle without it must say so before the photo is painted.
    await graphs.load("personMatte", load);
  }
  expectPainting(clock, plan);

  const whole = plan.whole && (await paintPhoto(job, plan.whole));
  const layers: FaceLayer[] = [];
  for (const [i, square] of plan.squares.entries()) {
    const layer = await stylizeFace(job, square, { face: i, faces: plan.squares.length });
    layers.push({ ...layer, opacity: whole ? 1 : opacity });
  }
  const faces = selected.map((each) => {
    const layer = layers.find(({ face }) => face === each.face);
    if (layer !== undefined) return faceOfSquare(each, layer);
    const painted = { painting: whole!.painting, scale: size!.scale };
    return faceOfPainting(each, painted, job.resolution);
  });
  const painting = size && { width: size.width, height: size.height, scale: size.scale };
  if (options.output === "crop") {
    clock.finish("stylize");
    return { ...faces[0]!.picture, faces, painting };
  }
  const matte = options.subject === "people" ? await findPeople(job) : undefined;
  const finish = () => finishPhoto({ photo: given, whole, layers, matte, opacity, mayOverwrite, options });
  const picture = await clock.step("composite", finish);
  clock.finish("composite");
  return { ...picture, faces, painting };
}
