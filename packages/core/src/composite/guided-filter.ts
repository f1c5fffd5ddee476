import type { Picture } from "../picture/picture.js";

/**
 * Smooths a mask so that its edges lie along those of a colour picture: in every window it becomes the linear function of
 * the colour that is nearest to it.
 *
 * @param mask `side × side` values, row by row.
 * @param guide an opaque picture of the same size.
 * @param radius half the side of a window, in pixels.
 * @param regularization the variance of a colour channel (0 to 1) below which it does not count as an edge.
 * @see He, Sun and Tang 2013, "Guided Image Filtering", section 3.5 for colour
 */
export function guidedFilter(mask: Float32Array, guide: Picture, radius: number, regularization: number): Float32Array {
  const side = guide.width;
  const mean = (values: Float32Array) => boxMean(values, side, radius);
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
  const [onRed, onGreen, onBlue, constant] = [mean(slopeRed), mean(slopeGreen), mean(slopeBlue), mean(offset)];
  return constant.map((value, i) => value + onRed[i]! * red[i]! + onGreen[i]! * green[i]! + onBlue[i]! * blue[i]!);
}

type Channels = [Float32Array, Float32Array, Float32Array];

/** The mean of the window around each value, as far as the window lies inside. */
function boxMean(values: Float32Array, side: number, radius: number): Float32Array {
  const rows = new Float32Array(values.length);
  const means = new Float32Array(values.length);
  slide(values, rows, side, radius, 1, side);
  slide(rows, means, side, radius, side, 1);
  return means;
}

/** Averages along `side` lines that lie `line` apart, whose values lie `step` apart. */
function slide(from: Float32Array, to: Float32Array, side: number, radius: number, step: number, line: number): void {
  for (let start = 0; start < side * line; start += line) {
    let sum = 0;
    let count = 0;
    for (let i = -radius; i < side; i++) {
      if (i + radius < side) {
        sum += from[start + (i + radius) * step]!;
        count += 1;
      }
      if (i > radius) {
        sum -= from[start + (i - radius - 1) * step]!;
        count -= 1;
      }
      if (i >= 0) to[start + i * step] = sum / count;
    }
  }
}
