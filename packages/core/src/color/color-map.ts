import type { Picture } from "../picture/picture.js";
import { fromOklab, LINEAR, toByte, toOklab } from "./oklab.js";
import { solveSymmetric } from "./solve-symmetric.js";

/** What a colour is described by: 1, L, a, b, L², L³, aL, bL of its Oklab. The first four alone are the linear map. */
const TERMS = 8;
const LINEAR_TERMS = 4;

/** Keeps the linear map from guessing where the squares show a single colour; a part of the pixels. */
const RIDGE = 1e-5;

/** How much all colours that there are count beside those of the squares: there the map should not be far from the linear one. */
const [PRIOR, PRIOR_SIDE, PRIOR_STEP] = [0.05, 6, 51];

/** The least slope of lightness, as a part of the linear map's, and the greys where it is looked at. */
const LEAST_SLOPE = 0.2;
const GREYS = Array.from({ length: 17 }, (_, i) => i / 16);

/** How far the contrast of tones is stretched at most. */
const MOST_STRETCH = 1.25;

/** Colors along each axis of the table, and the bytes between two of them, where it is linear. */
const [SIDE, STEP] = [18, 15];

/** Places in the table from one colour to the next along each axis. */
const [RED, GREEN, BLUE] = [SIDE * SIDE * 3, SIDE * 3, 3];

/** Between which two colours of an axis a byte lies, and how far from the first; the last two are those of 255, too. */
const CELLS = Uint8Array.from({ length: 256 }, (_, byte) => Math.min(Math.floor(byte / STEP), SIDE - 2));
const PARTS = Float64Array.from({ length: 256 }, (_, byte) => byte / STEP - CELLS[byte]!);

/** What becomes of colours: bytes `[18, 18, 18, 3]` by red, green and blue in steps of 15. */
export type ColorMap = Float32Array;

/**
 * What a style does to the colours of a photo, whatever it does to its lines: least squares in Oklab over the pixels of squares
 * before and after. Where many colours of one photo become several, it is their mean.
 *
 * @param pairs squares of the photo and the same squares stylised, of one size each.
 * @see Reinhard et al. 2001, "Color transfer between images"; here the pairs of pixels are known, so it needs no statistics.
 */
export function fitColorMap(pairs: readonly { from: Picture; to: Picture }[]): ColorMap {
  const seen = new Moments();
  const terms = new Float64Array(TERMS);
  const lab = new Float64Array(3);
  for (const { from, to } of pairs) {
    const { data } = from;
    const { data: wanted } = to;
    for (let at = 0; at < data.length; at += 4) {
      describe(data, at, terms, lab);
      toOklab(LINEAR[wanted[at]!]!, LINEAR[wanted[at + 1]!]!, LINEAR[wanted[at + 2]!]!, lab);
      seen.add(terms, lab, 1);
    }
  }
  const linear = seen.solve(LINEAR_TERMS);
  const all = seen.copy();
  const weight = (PRIOR * seen.count) / PRIOR_SIDE ** 3;
  for (let at = 0; at < PRIOR_SIDE ** 3; at++) {
    const steps = [Math.floor(at / PRIOR_SIDE ** 2), Math.floor(at / PRIOR_SIDE) % PRIOR_SIDE, at % PRIOR_SIDE];
    describe(
      Uint8Array.from(steps, (step) => PRIOR_STEP * step),
      0,
      terms,
      lab,
    );
    predict(linear, terms, lab);
    all.add(terms, lab, weight);
  }
  const weights = keepOrder(all.solve(TERMS), linear);
  restoreContrast(weights, seen);
  return tabulate(weights);
}

/** Sums over weighed pixels, from which least squares are solved. */
class Moments {
  readonly normal = new Float64Array(TERMS * TERMS);
  readonly moments = new Float64Array(TERMS * 3);
  readonly squares = new Float64Array(3);
  count = 0;

  add(terms: Float64Array, lab: Float64Array, weight: number): void {
    this.count += weight;
    for (let c = 0; c < 3; c++) this.squares[c]! += weight * lab[c]! ** 2;
    for (let i = 0; i < TERMS; i++) {
      const term = weight * terms[i]!;
      for (let j = 0; j <= i; j++) this.normal[i * TERMS + j]! += term * terms[j]!;
      for (let c = 0; c < 3; c++) this.moments[i * 3 + c]! += term * lab[c]!;
    }
  }

  copy(): Moments {
    const copy = new Moments();
    copy.normal.set(this.normal);
    copy.moments.set(this.moments);
    copy.squares.set(this.squares);
    copy.count = this.count;
    return copy;
  }

  /** Weights `[TERMS, 3]` of the first terms; those of the others are 0. */
  solve(terms: number): Float64Array {
    const matrix = Float64Array.from({ length: terms * terms }, (_, at) => {
      const [i, j] = [Math.floor(at / terms), at % terms];
      return this.normal[Math.max(i, j) * TERMS + Math.min(i, j)]! + (i === j ? RIDGE * this.count : 0);
    });
    const weights = new Float64Array(TERMS * 3);
    weights.set(solveSymmetric(matrix, this.moments.slice(0, terms * 3), terms));
    return weights;
  }
}

/** As much of the full map as leaves darker greys darker, and else of the linear one: a curve may turn where it was shown little. */
function keepOrder(full: Float64Array, linear: Float64Array): Float64Array {
  for (let share = 1; share > 0; share -= 1 / 8) {
    const weights = full.map((weight, i) => share * weight + (1 - share) * linear[i]!);
    // By the weights of L, L² and L³, the first column's.
    const [once, twice, thrice] = [weights[1 * 3]!, weights[4 * 3]!, weights[5 * 3]!];
    const slopes = GREYS.map((grey) => once + 2 * twice * grey + 3 * thrice * grey ** 2);
    if (Math.min(...slopes) >= LEAST_SLOPE * linear[1 * 3]!) return weights;
  }
  return linear;
}

/**
 * A mean has less contrast than what it is the mean of: stretches each of L, a and b around its mean by what was lost, but not so far
 * that the strength of strokes becomes one of tones.
 */
function restoreContrast(weights: Float64Array, { normal, moments, squares, count }: Moments): void {
  for (let c = 0; c < 3; c++) {
    let mean = 0;
    let square = 0;
    for (let i = 0; i < TERMS; i++) {
      mean += (weights[i * 3 + c]! * normal[i * TERMS]!) / count;
      for (let j = 0; j < TERMS; j++) {
        const product = normal[Math.max(i, j) * TERMS + Math.min(i, j)]!;
        square += (weights[i * 3 + c]! * weights[j * 3 + c]! * product) / count;
      }
    }
    const wanted = squares[c]! / count - (moments[c]! / count) ** 2;
    const stretch = Math.min(Math.sqrt(Math.max(wanted, 0) / Math.max(square - mean ** 2, 1e-6)), MOST_STRETCH);
    for (let i = 0; i < TERMS; i++) weights[i * 3 + c]! *= stretch;
    weights[c]! += mean * (1 - stretch);
  }
}

/**
 * The picture in other colours; its alpha stays.
 *
 * @see Kasson, Plouffe and Nin 1993, "A tetrahedral interpolation technique for color space conversion"
 */
export function applyColorMap({ width, height, data }: Picture, map: ColorMap): Picture {
  const result = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    // From one corner of the cell to the opposite one, along the axes in the order of how far the colour lies along them.
    let most = PARTS[red]!;
    let middle = PARTS[green]!;
    let least = PARTS[blue]!;
    let first = RED;
    let second = GREEN;
    let third = BLUE;
    if (most < middle) {
      [most, middle] = [middle, most];
      [first, second] = [second, first];
    }
    if (middle < least) {
      [middle, least] = [least, middle];
      [second, third] = [third, second];
      if (most < middle) {
        [most, middle] = [middle, most];
        [first, second] = [second, first];
      }
    }
    const near = CELLS[red]! * RED + CELLS[green]! * GREEN + CELLS[blue]! * BLUE;
    const one = near + first;
    const two = one + second;
    const far = two + third;
    for (let c = 0; c < 3; c++) {
      const start = map[near + c]!;
      const along = map[one + c]!;
      const across = map[two + c]!;
      result[at + c] = start + most * (along - start) + middle * (across - along) + least * (map[far + c]! - across);
    }
    result[at + 3] = data[at + 3]!;
  }
  return { width, height, data: result };
}

/** Writes the terms of the colour at a place of some bytes, and its Oklab. */
function describe(bytes: Uint8Array | Uint8ClampedArray, at: number, terms: Float64Array, lab: Float64Array): void {
  toOklab(LINEAR[bytes[at]!]!, LINEAR[bytes[at + 1]!]!, LINEAR[bytes[at + 2]!]!, lab);
  const [lightness, a, b] = [lab[0]!, lab[1]!, lab[2]!];
  terms.set([1, lightness, a, b, lightness ** 2, lightness ** 3, a * lightness, b * lightness]);
}

function predict(weights: Float64Array, terms: Float64Array, lab: Float64Array): void {
  lab.fill(0);
  for (let i = 0; i < TERMS; i++) for (let c = 0; c < 3; c++) lab[c]! += terms[i]! * weights[i * 3 + c]!;
}

function tabulate(weights: Float64Array): ColorMap {
  const map = new Float32Array(SIDE ** 3 * 3);
  const terms = new Float64Array(TERMS);
  const lab = new Float64Array(3);
  const rgb = new Float64Array(3);
  let at = 0;
  for (let red = 0; red < SIDE; red++) {
    for (let green = 0; green < SIDE; green++) {
      for (let blue = 0; blue < SIDE; blue++, at += 3) {
        describe(Uint8Array.of(red * STEP, green * STEP, blue * STEP), 0, terms, lab);
        predict(weights, terms, lab);
        fromOklab(lab[0]!, lab[1]!, lab[2]!, rgb);
        for (let c = 0; c < 3; c++) map[at + c] = toByte(rgb[c]!);
      }
    }
  }
  return map;
}
