import type { Pixels } from "./pixels.js";

/**
 * How pixels are weighed: `area` averages what a new pixel covers, `cubic` is Catmull-Rom (Keys 1981, a = -0.5),
 * `lanczos3` a sinc in a window of three lobes. When shrinking, cubic and Lanczos are widened by the factor, as Pillow does.
 */
export type ResampleFilter = "area" | "cubic" | "lanczos3";

/** The part of the source that is resampled, in pixels; it may begin and end within a pixel but stays inside the source. */
export interface Span {
  start: number;
  length: number;
}

/**
 * Resamples a part of a picture to `width × height`, first along rows, then along columns. The result is opaque.
 */
export function resample(
  source: Pixels,
  columns: Span,
  rows: Span,
  width: number,
  height: number,
  filterX: ResampleFilter,
  filterY: ResampleFilter,
): Pixels {
  const across = weigh(source.width, columns, width, filterX);
  const down = weigh(source.height, rows, height, filterY);
  const firstRow = down.first[0]!;
  const lastRow = down.first[height - 1]! + down.taps;
  const middle = resampleRows(source, across, width, firstRow, Math.min(lastRow, source.height));
  const data = resampleColumns(middle, down, width, height, firstRow);
  return { width, height, data };
}

/** For each new pixel: its first source pixel and the weights of that and the following ones, `taps` in all. */
interface Weights {
  taps: number;
  first: Int32Array;
  values: Float32Array;
}

function weigh(sourceLength: number, span: Span, length: number, filter: ResampleFilter): Weights {
  const scale = span.length / length;
  const stretch = Math.max(scale, 1);
  const radius = filter === "area" ? scale / 2 : (filter === "cubic" ? 2 : 3) * stretch;
  // The pixels that an area touches, or whose middles lie under a kernel.
  const isArea = filter === "area";
  const taps = Math.min(sourceLength, Math.ceil(2 * radius - 1e-9) + (isArea ? 1 : 0));
  const first = new Int32Array(length);
  const values = new Float32Array(length * taps);
  for (let i = 0; i < length; i++) {
    const center = span.start + (i + 0.5) * scale;
    const nearest = isArea ? Math.floor(center - radius + 1e-9) : Math.ceil(center - radius - 0.5 - 1e-9);
    const begin = Math.min(Math.max(nearest, 0), sourceLength - taps);
    first[i] = begin;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = weightOf(filter, begin + tap, center, radius, stretch);
      values[i * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) values[i * taps + tap]! /= sum;
  }
  return { taps, first, values };
}

function weightOf(filter: ResampleFilter, pixel: number, center: number, radius: number, stretch: number): number {
  if (filter === "area") {
    return Math.max(0, Math.min(pixel + 1, center + radius) - Math.max(pixel, center - radius));
  }
  const x = Math.abs(pixel + 0.5 - center) / stretch;
  return filter === "cubic" ? catmullRom(x) : lanczos3(x);
}

function catmullRom(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

function lanczos3(x: number): number {
  if (x === 0) return 1;
  if (x >= 3) return 0;
  const angle = Math.PI * x;
  return (3 * Math.sin(angle) * Math.sin(angle / 3)) / (angle * angle);
}

/** RGB of the rows `firstRow` to `lastRow`, resampled to `width`. */
function resampleRows(
  source: Pixels,
  weights: Weights,
  width: number,
  firstRow: number,
  lastRow: number,
): Float32Array {
  const { data } = source;
  const { taps, first, values } = weights;
  const stride = source.width * 4;
  const middle = new Float32Array((lastRow - firstRow) * width * 3);
  let out = 0;
  for (let y = firstRow; y < lastRow; y++) {
    const row = y * stride;
    let weightAt = 0;
    for (let x = 0; x < width; x++) {
      let at = row + first[x]! * 4;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < taps; tap++) {
        const weight = values[weightAt++]!;
        red += weight * data[at]!;
        green += weight * data[at + 1]!;
        blue += weight * data[at + 2]!;
        at += 4;
      }
      middle[out++] = red;
      middle[out++] = green;
      middle[out++] = blue;
    }
  }
  return middle;
}

function resampleColumns(
  middle: Float32Array,
  weights: Weights,
  width: number,
  height: number,
  firstRow: number,
): Uint8ClampedArray {
  const { taps, first, values } = weights;
  const stride = width * 3;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0, out = 0; y < height; y++) {
    const column = (first[y]! - firstRow) * stride;
    const begin = y * taps;
    const end = begin + taps;
    for (let i = column; i < column + stride; i += 3, out += 4) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let weightAt = begin, at = i; weightAt < end; weightAt++, at += stride) {
        const weight = values[weightAt]!;
        red += weight * middle[at]!;
        green += weight * middle[at + 1]!;
        blue += weight * middle[at + 2]!;
      }
      data[out] = red;
      data[out + 1] = green;
      data[out + 2] = blue;
    }
  }
  return data;
}
