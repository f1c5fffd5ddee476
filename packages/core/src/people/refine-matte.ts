import { applyGuided, boxMean, guidedFunctions } from "../composite/guided-filter.js";
import type { Picture } from "../picture/picture.js";
import { type Matte, RowSampler, type Size } from "./matte.js";
import { shrink } from "./shrink.js";

/** Shares within so much of 0 and 1 are 0 and 1: over broad areas the network is never quite sure. */
const UNSURE = 0.35;

/** Half the side of the windows in which colours tell people from what is behind them, as a part of the longer side of a portrait. */
const GUIDE_RADIUS = 0.02;

/** Contrasts of a hundredth count as edges. */
const GUIDE_REGULARIZATION = 1e-4;

/** How far from the network's edge the photo may move it, as a part of the longer side of a portrait. */
const REACH = 0.02;

/** Over how much the steps of the network's edge are smoothed where the photo shows none, as a part of the longer side. */
const STEPS = 0.003;

/** From which to which part of the network's edge the photo must have for it to be believed. */
const [DOUBTED, BELIEVED] = [0.35, 0.6];

/** Guided shares below the first are 0 and above the second 1: no veil of background, and none of what is behind the edge. */
const [NOTHING, ALL] = [0.3, 0.9];

/**
 * Moves the edges of a matte to those of the photo. Where people and background have the same colours, so that the photo
 * shows no edge, the network's own stays.
 *
 * @param coarse what the network says, at half the photo's size or about that; the filter's functions are fitted there.
 * @param photo the guide.
 * @param sure shares that the matte has at least, of the size of `coarse`.
 * @param fineness 1 for a portrait, less where people are smaller and less of a photo is an edge of theirs.
 * @returns a matte of the photo's size.
 * @see He, Sun and Tang 2013, "Guided Image Filtering"; He and Sun 2015, "Fast Guided Filter", for the two sizes
 */
export function refineMatte(coarse: Matte, photo: Picture, sure: Float32Array, fineness: number): Matte {
  const { width, height } = coarse;
  const guide = shrink(photo, width, height);
  const values = coarse.values.map((share, i) => Math.max(smooth(share, UNSURE, 1 - UNSURE), sure[i]!));
  const pixels = (part: number) => Math.max(1, Math.round(Math.max(width, height) * part));
  const radius = pixels(GUIDE_RADIUS * fineness);
  const functions = guidedFunctions(values, guide, radius, GUIDE_REGULARIZATION);
  const planes = {
    ...functions,
    trust: trustIn(applyGuided(functions, guide), values, (plane) => boxMean(plane, width, height, radius)),
    own: boxMean(values, width, height, pixels(STEPS)),
    sure,
    near: boxMean(values, width, height, pixels(REACH * fineness)),
  };
  return combine(planes, coarse, photo);
}

/**
 * How far the photo is to be believed: the slope of the guided shares over those that they were fitted to, which is 1 where
 * colours tell both sides of the edge apart, and 0 where they are the same.
 *
 * @param mean of the windows to which the functions were fitted.
 */
function trustIn(guided: Float32Array, values: Float32Array, mean: (plane: Float32Array) => Float32Array) {
  const [meanValue, meanGuided] = [mean(values), mean(guided)];
  const squares = mean(values.map((value) => value * value));
  const products = mean(values.map((value, i) => value * guided[i]!));
  return squares.map((square, i) => {
    const variance = square - meanValue[i]! ** 2;
    if (variance < 1e-4) return 0;
    return smooth((products[i]! - meanValue[i]! * meanGuided[i]!) / variance, DOUBTED, BELIEVED);
  });
}

type PlaneName = "red" | "green" | "blue" | "offset" | "trust" | "own" | "near" | "sure";

/** Enlarges the planes row by row and applies them to the photo. */
function combine(planes: Record<PlaneName, Float32Array>, size: Size, photo: Picture): Matte {
  const { width, height, data } = photo;
  const values = new Float32Array(width * height);
  const sampler = new RowSampler(size, photo);
  const row = (): Float32Array => new Float32Array(width);
  const rows = {
    red: row(),
    green: row(),
    blue: row(),
    offset: row(),
    trust: row(),
    own: row(),
    near: row(),
    sure: row(),
  };
  const { red, green, blue, offset, trust, own, near, sure: certain } = rows;
  for (let y = 0, at = 0; y < height; y++) {
    for (const name of Object.keys(rows) as PlaneName[]) sampler.sample(planes[name], y, rows[name]);
    for (let x = 0; x < width; x++, at++) {
      const most = smooth(near[x]!, 0, 0.1);
      if (most === 0) continue;
      const color = at * 4;
      const guided =
        offset[x]! + (red[x]! * data[color]! + green[x]! * data[color + 1]! + blue[x]! * data[color + 2]!) / 255;
      const share = (own[x]! + trust[x]! * (guided - own[x]!) - NOTHING) / (ALL - NOTHING);
      values[at] = Math.min(Math.max(share, smooth(near[x]!, 0.9, 1), certain[x]!), most);
    }
  }
  return { width, height, values };
}

/** From 0 at `from` to 1 at `to` with level ends. */
function smooth(x: number, from: number, to: number): number {
  const t = Math.min(Math.max((x - from) / (to - from), 0), 1);
  return t * t * (3 - 2 * t);
}
