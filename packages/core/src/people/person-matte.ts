import { Tensor } from "onnxruntime-common";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import type { Picture } from "../picture/picture.js";
import { resample } from "../picture/resample.js";
import type { Session } from "../runtime/runtime.js";
import type { Matte } from "./matte.js";
import { FACE_SIDES, MatteCollector, type MatteView, matteViews } from "./matte-views.js";
import { quarterTurn } from "./quarter-turn.js";
import { refineMatte } from "./refine-matte.js";
import { removeIslands } from "./remove-islands.js";
import { shrink } from "./shrink.js";
import { sureFaces } from "./sure-faces.js";

/** Side of the network's input and output in pixels. */
const MATTE_SIZE = 256;

/** Below this the steps of the network's own pixels would show. */
const LEAST_FINENESS = 0.4;

/** Options of {@link personMatte}. */
export interface PersonMatteOptions {
  /**
   * The longer side of the matte in pixels, as far as the photo is as large. Time and memory grow with its square.
   * @default 1024
   */
  side?: number | undefined;
  /** Stops between two runs of the network; the promise then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/**
 * Where the people of a photo are: looked for in the whole photo and more closely around each face, then drawn along the
 * edges of the photo, soft in hair and crisp elsewhere.
 *
 * @param photo alpha is not looked at.
 * @param faces those found in the photo; people without one are found too, if they are not small.
 * @param network MediaPipe's selfie segmentation, the bundle's part `personMatte`: `image [1, 3, 256, 256]` in [0, 1] →
 * `matte [1, 1, 256, 256]` in [0, 1].
 * @returns a matte of at most `options.side` pixels, whatever the size of the photo.
 * @throws {MMFSError} `INVALID_ARGUMENT`, `BUNDLE_INVALID`, `INFERENCE_FAILED`, `DISPOSED`; and `signal.reason`
 * @see https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/modules/selfie_segmentation for the network; He, Sun
 * and Tang 2013, "Guided Image Filtering", for the edges
 */
export async function personMatte(
  photo: Picture,
  faces: readonly Pick<Face, "box" | "crop" | "landmarks">[],
  network: Session,
  { side = 1024, signal }: PersonMatteOptions = {},
): Promise<Matte> {
  if (!Number.isInteger(side) || side < 64 || side > 4096) {
    throw new MMFSError("INVALID_ARGUMENT", `The side of a matte is a whole number from 64 to 4096, not ${side}.`);
  }
  const { width, height } = photo;
  const scale = Math.min(1, side / Math.max(width, height));
  const small = shrink(photo, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
  const collector = new MatteCollector(Math.ceil(small.width / 2), Math.ceil(small.height / 2), scale / 2);
  for (const view of matteViews(width, height, faces)) {
    signal?.throwIfAborted();
    const isFine = view.side * scale < MATTE_SIZE;
    const shown = isFine ? viewOf(photo, view, 1) : viewOf(small, view, scale);
    const shares = await sharesOf(network, quarterTurn(shown, MATTE_SIZE, view.turns));
    collector.add(view, quarterTurn(shares, MATTE_SIZE, (4 - view.turns) % 4), MATTE_SIZE);
  }
  signal?.throwIfAborted();
  const coarse = collector.finish();
  const middles = faces.map(({ box }) => ({
    x: (box.x + box.width / 2) * (coarse.width / width),
    y: (box.y + box.height / 2) * (coarse.height / height),
  }));
  removeIslands(coarse, middles);
  return refineMatte(coarse, small, sureFaces(coarse, faces, coarse.width / width), finenessOf(faces, photo));
}

/** How large what people consist of is, against portraits, in which the network sees head and shoulders alone. */
function finenessOf(faces: readonly Pick<Face, "box">[], { width, height }: Picture): number {
  if (faces.length === 0) return 1;
  const largest = Math.max(...faces.map(({ box }) => Math.max(box.width, box.height)));
  return Math.min(Math.max((FACE_SIDES * largest) / Math.max(width, height), LEAST_FINENESS), 1);
}

/** What a view shows, as planes `[3, 256, 256]` in [0, 1]; black outside of the photo. */
function viewOf(photo: Picture, { x, y, side }: MatteView, scale: number): Float32Array {
  const toView = MATTE_SIZE / (side * scale);
  const across = shownSpan(x * scale, side * scale, photo.width, toView);
  const down = shownSpan(y * scale, side * scale, photo.height, toView);
  const filter = toView < 1 ? "area" : "cubic";
  const part = { columns: across.source, rows: down.source };
  const { data } = resample(photo, part, { width: across.length, height: down.length }, filter);
  const area = MATTE_SIZE * MATTE_SIZE;
  const planes = new Float32Array(3 * area);
  for (let row = 0, from = 0; row < down.length; row++) {
    let to = (down.begin + row) * MATTE_SIZE + across.begin;
    for (let column = 0; column < across.length; column++, from += 4, to++) {
      planes[to] = data[from]! / 255;
      planes[to + area] = data[from + 1]! / 255;
      planes[to + 2 * area] = data[from + 2]! / 255;
    }
  }
  return planes;
}

/** Along one axis: the part of the photo that is shown, and on which pixels of the view. */
function shownSpan(start: number, length: number, available: number, toView: number) {
  const from = Math.max(0, start);
  const to = Math.min(available, start + length);
  const begin = Math.min(MATTE_SIZE - 1, Math.round((from - start) * toView));
  const end = Math.min(MATTE_SIZE, Math.max(begin + 1, Math.round((to - start) * toView)));
  return { source: { start: from, length: to - from }, begin, length: end - begin };
}

async function sharesOf(network: Session, image: Float32Array): Promise<Float32Array> {
  const { matte } = await network.run({ image: new Tensor("float32", image, [1, 3, MATTE_SIZE, MATTE_SIZE]) });
  if (!(matte?.data instanceof Float32Array && matte.data.length === MATTE_SIZE * MATTE_SIZE)) {
    throw new MMFSError("BUNDLE_INVALID", "The person matte must have the output matte; use the bundle's own.");
  }
  return matte.data;
}
