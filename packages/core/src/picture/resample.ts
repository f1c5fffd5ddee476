import type { Picture } from "./picture.js";

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

/** What {@link resample} makes. */
export interface Resampled {
  /** In pixels. */
  width: number;
  height: number;
  /** Bytes that the result may take, which are not those of the source. @default new ones */
  into?: Uint8ClampedArray | undefined;
}

/**
 * Resamples a part of a picture to `width × height`, each row along itself and then the rows with each other. The result is
 * opaque.
 *
 * @param filter one for both axes, or one for each.
 */
export function resample(
  source: Picture,
  { columns, rows }: { columns: Span; rows: Span },
  { width, height, into = new Uint8ClampedArray(width * height * 4) }: Resampled,
  filter: ResampleFilter | { across: ResampleFilter; down: ResampleFilter },
): Picture {
  const filters = typeof filter === "string" ? { across: filter, down: filter } : filter;
  const across = weigh(source.width, columns, width, filters.across);
  const { taps, first, values } = weigh(source.height, rows, height, filters.down);
  const data = into.fill(255);
  // Only the rows that the present one needs are kept: they fit into a processor's cache, where the whole would not.
  const stride = width * 3;
  const ring = new Float32Array(taps * stride);
  const ringWeights = new Float32Array(taps);
  let next = first[0]!;
  for (let y = 0; y < height; y++) {
    const end = first[y]! + taps;
    for (; next < end; next++) {
      const at = (next % taps) * stride;
      resampleRow(source, next, across, ring.subarray(at, at + stride));
    }
    for (let tap = 0; tap < taps; tap++) ringWeights[(first[y]! + tap) % taps] = values[y * taps + tap]!;
    combineRows(ring, ringWeights, data.subarray(y * width * 4, (y + 1) * width * 4));
  }
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
  const kernel = filter === "cubic" ? catmullRom : lanczos3;
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
      const pixel = begin + tap;
      const weight = isArea ? covered(pixel, center, radius) : kernel(Math.abs(pixel + 0.5 - center) / stretch);
      values[i * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) values[i * taps + tap]! /= sum;
  }
  return { taps, first, values };
}

/** How much of a pixel lies within so much of a place. */
function covered(pixel: number, center: number, radius: number): number {
  return Math.max(0, Math.min(pixel + 1, center + radius) - Math.max(pixel, center - radius));
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

/** Writes RGB of a row of the source, resampled. */
function resampleRow(source: Picture, row: number, { taps, first, values }: Weights, out: Float32Array): void {
  const { data } = source;
  const begin = row * source.width * 4;
  for (let x = 0, weightAt = 0, to = 0; x < first.length; x++, to += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let at = begin + first[x]! * 4, end = at + taps * 4; at < end; at += 4) {
      const weight = values[weightAt++]!;
      red += weight * data[at]!;
      green += weight * data[at + 1]!;
      blue += weight * data[at + 2]!;
    }
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
  }
}

/** Writes the weighted sum of the rows of the ring as RGB bytes. */
function combineRows(ring: Float32Array, weights: Float32Array, out: Uint8ClampedArray): void {
  const taps = weights.length;
  const stride = ring.length / taps;
  for (let i = 0, to = 0; i < stride; i += 3, to += 4) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (let tap = 0, at = i; tap < taps; tap++, at += stride) {
      const weight = weights[tap]!;
      red += weight * ring[at]!;
      green += weight * ring[at + 1]!;
      blue += weight * ring[at + 2]!;
    }
    out[to] = red;
    out[to + 1] = green;
    out[to + 2] = blue;
  }
}
