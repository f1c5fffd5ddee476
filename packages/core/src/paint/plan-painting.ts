import type { FaceCrop } from "../geometry/types.js";

/** A face in a painting whose square is between these parts of the resolution is painted well with the rest. */
const [LEAST_PART, GREATEST_PART] = [0.7, 1.5];
/** Degrees by which a face may be tilted to be read well. */
const GREATEST_TILT = 25;
/** A painting is never more than so many times as wide as its photo. */
const GREATEST_SCALE = 2;
/** The part of a photo's shorter side that a face's square would have, where no face says it. */
const USUAL_FACE_PART = 0.5;

/** How large a photo is painted. */
export interface PaintingPlan {
  /** Of the painting in pixels. */
  width: number;
  height: number;
  /** Pixels of the painting in one of the photo. */
  scale: number;
  /** For each face, in their order, whether it is painted in a square of its own and then laid into the painting. */
  apart: boolean[];
}

/**
 * Chooses the scale at which a photo is painted as a whole: one that makes the squares of its faces as large as the network likes
 * them. Where faces differ too much for one scale, the one that suits most of them is taken, large ones counting more; the others
 * are painted apart, as are those that are tilted.
 *
 * @param photo its size in pixels.
 * @param crops the squares of its faces; without any, the shorter side counts as two faces.
 * @param resolution the side in pixels that a face's square has for the network.
 * @param mostPixels of the painting.
 */
export function planPainting(
  photo: { width: number; height: number },
  crops: readonly FaceCrop[],
  resolution: number,
  mostPixels: number,
): PaintingPlan {
  const upright = crops.filter(({ angle }) => Math.abs(angle) <= GREATEST_TILT);
  const sides = (upright.length > 0 ? upright : crops).map(({ side }) => side);
  const side = sides.length > 0 ? suitingSide(sides) : USUAL_FACE_PART * Math.min(photo.width, photo.height);
  const area = photo.width * photo.height;
  const scale = Math.min(resolution / side, GREATEST_SCALE, Math.sqrt(mostPixels / area));
  const suits = (crop: FaceCrop) => {
    const part = (crop.side * scale) / resolution;
    return part >= LEAST_PART && part <= GREATEST_PART && Math.abs(crop.angle) <= GREATEST_TILT;
  };
  return {
    width: Math.max(1, Math.round(photo.width * scale)),
    height: Math.max(1, Math.round(photo.height * scale)),
    scale,
    apart: crops.map((crop) => !suits(crop)),
  };
}

/** The one of these sides that, as the measure, suits the most of them. */
function suitingSide(sides: readonly number[]): number {
  const suited = (measure: number) =>
    sides
      .filter((side) => side >= LEAST_PART * measure && side <= GREATEST_PART * measure)
      .reduce((sum, side) => sum + side, 0);
  const largestFirst = [...sides].sort((one, other) => other - one);
  return largestFirst.reduce((best, side) => (suited(side) > suited(best) ? side : best));
}
