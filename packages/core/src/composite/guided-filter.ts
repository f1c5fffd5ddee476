import type { Picture } from "../picture/picture.js";

/** A linear function of the colour for every pixel: its share is `offset + red · r + green · g + blue · b`, colours from 0 to 1. */
export interface GuidedFunctions {
  red: Float32Array;
  green: Float32Array;
  blue: Float32Array;
  offset: Float32Array;
}

/**
 * Smooths a mask so that its edges lie along those of a colour picture: in every window it becomes the linear function of
 * the colour that is nearest to it.
 *
 * @param mask as many values as the guide has pixels, row by row.
 * @param guide an opaque picture.
 * @param radius half the side of a window, in pixels.
 * @param regularization the variance of a colour channel (0 to 1) below which it does not count as an edge.
 * @see He, Sun and Tang 2013, "Guided Image Filtering", section 3.5 for colour
 */
export function guidedFilter(mask: Float32Array, guide: Picture, radius: number, regularization: number): Float32Array {
  return applyGuided(guidedFunctions(mask, guide, radius, regularization), guide);
}

/** The functions that {@link guidedFilter} applies; those of a smaller guide suit a larger one when they are enlarged. */
export function guidedFunctions(
  mask: Float32Array,
  guide: Picture,
  radius: number,
  regularization: number,
): GuidedFunctions {
  const { width, height } = guide;
  const mean = (values: Float32Array) => boxMean(values, width, height, radius);
  const [red, green, blue] = [0, 1, 2].map((c) => mask.map((_, i) => guide.data[i * 4 + c]! / 255)) as Channels;
  const [meanRed, meanGreen, meanBlue] = [mean(red), mean(green), mean(blue)];
  const meanMask = mean(mask);
  const covariance = (one: Float32Array, meanOne: Float32Array, other: Float32Array, meanOther: Float32Array) =>
    mean(one.map((value, i) => value * other[i]!)).map((value, i) => value - meanOne[i]! * meanOther[i]!);

  const rr = covariance(red, meanRed, red, meanRed);
  const rg = covariance(red, meanRed, green, meanGreen);
  const rb = covariance(red, meanRed, blue, meanBlue);
  const gg = covariance(green, meanGreen, green, meanGreen);
  const gb = covariance(green, meanGreen, blue, meanBlue);
  const bb = covariance(blue, meanBlue, blue, meanBlue);
  const redMask = covariance(red, meanRed, mask, meanMask);
  const greenMask = covariance(green, meanGreen, mask, meanMask);
  const blueMask = covariance(blue, meanBlue, mask, meanMask);

  // The slope solves (covariance of the colours + regularization) · slope = covariance with the mask, by Cramer's rule.
  const slopeRed = new Float32Array(mask.length);
  const slopeGreen = new Float32Array(mask.length);
  const slopeBlue = new Float32Array(mask.length);
  const offset = new Float32Array(mask.length);
  for (let i = 0; i < mask.length; i++) {
    const a = rr[i]! + regularization;
    const b = rg[i]!;
    const c = rb[i]!;
    const d = gg[i]! + regularization;
    const e = gb[i]!;
    const f = bb[i]! + regularization;
    const x = redMask[i]!;
    const y = greenMask[i]!;
    const z = blueMask[i]!;
    const determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d);
    slopeRed[i] = ((d * f - e * e) * x + (c * e - b * f) * y + (b * e - c * d) * z) / determinant;
    slopeGreen[i] = ((c * e - b * f) * x + (a * f - c * c) * y + (b * c - a * e) * z) / determinant;
    slopeBlue[i] = ((b * e - c * d) * x + (b * c - a * e) * y + (a * d - b * b) * z) / determinant;
    offset[i] =
      meanMask[i]! - slopeRed[i]! * meanRed[i]! - slopeGreen[i]! * meanGreen[i]! - slopeBlue[i]! * meanBlue[i]!;
  }
  return { red: mean(slopeRed), green: mean(slopeGreen), blue: mean(slopeBlue), offset: mean(offset) };
}

/** What the functions give for the colours of a guide of their size. */
export function applyGuided({ red, green, blue, offset }: GuidedFunctions, { data }: Picture): Float32Array {
  return offset.map(
    (value, i) => value + (red[i]! * data[i * 4]! + green[i]! * data[i * 4 + 1]! + blue[i]! * data[i * 4 + 2]!) / 255,
  );
}

type Channels = [Float32Array, Float32Array, Float32Array];

/** The mean of the window around each value, as far as the window lies inside. */
export function boxMean(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  return slideDownColumns(slideAlongRows(values, width, radius), width, height, radius);
}

function slideAlongRows(from: Float32Array, width: number, radius: number): Float32Array {
  const to = new Float32Array(from.length);
  for (let start = 0; start < from.length; start += width) {
    let sum = 0;
    let count = 0;
    for (let i = -radius; i < width; i++) {
      if (i + radius < width) {
        sum += from[start + i + radius]!;
        count += 1;
      }
      if (i > radius) {
        sum -= from[start + i - radius - 1]!;
        count -= 1;
      }
      if (i >= 0) to[start + i] = sum / count;
    }
  }
  return to;
}

/** All columns at once: memory is read row by row. */
function slideDownColumns(from: Float32Array, width: number, height: number, radius: number): Float32Array {
  const to = new Float32Array(from.length);
  const sums = new Float64Array(width);
  let count = 0;
  for (let i = -radius; i < height; i++) {
    if (i + radius < height) {
      for (let x = 0, at = (i + radius) * width; x < width; x++) sums[x]! += from[at + x]!;
      count += 1;
    }
    if (i > radius) {
      for (let x = 0, at = (i - radius - 1) * width; x < width; x++) sums[x]! -= from[at + x]!;
      count -= 1;
    }
    if (i >= 0) for (let x = 0, at = i * width; x < width; x++) to[at + x] = sums[x]! / count;
  }
  return to;
}
