import { wrapPicture } from "../picture/create-picture.js";
import type { Picture } from "../picture/picture.js";
import { pixelsOf } from "../picture/pixels.js";
import { fromOklab, LINEAR, toByte, toOklab } from "./oklab.js";
import { solveSymmetric } from "./solve-symmetric.js";

/** What a color is described by: 1, L, L², L³, a, b, aL, bL of its Oklab. */
const TERMS = 8;

/** Ridge, as a part of the pixels: what the squares do not show is not guessed far away from them. */
const RIDGE = 1e-5;

/** How far the contrast of tones is stretched at most. */
const MOST_STRETCH = 1.25;

/** Colors along each axis of the table, and the bytes between two of them, where it is linear. */
const [SIDE, STEP] = [18, 15];

/** What becomes of colors: bytes `[18, 18, 18, 3]` by red, green and blue in steps of 15. */
export type ColorMap = Float32Array;

/**
 * What a style does to the colors of a photo, whatever it does to its lines: least squares in Oklab over the pixels of squares
 * before and after. Where many colors of one photo become several, it is their mean.
 *
 * @param pairs squares of the photo and the same squares stylised, of one size each.
 * @see Reinhard et al. 2001, "Color transfer between images"; here the pairs of pixels are known, so it needs no statistics.
 */
export function fitColorMap(pairs: readonly { from: Picture; to: Picture }[]): ColorMap {
  const normal = new Float64Array(TERMS * TERMS);
  const moments = new Float64Array(TERMS * 3);
  const terms = new Float64Array(TERMS);
  const lab = new Float64Array(3);
  const squares = new Float64Array(3);
  let count = 0;
  for (const { from, to } of pairs) {
    const { data } = pixelsOf(from);
    const { data: wanted } = pixelsOf(to);
    count += data.length / 4;
    for (let at = 0; at < data.length; at += 4) {
      describe(data[at]!, data[at + 1]!, data[at + 2]!, terms, lab);
      toOklab(LINEAR[wanted[at]!]!, LINEAR[wanted[at + 1]!]!, LINEAR[wanted[at + 2]!]!, lab);
      for (let c = 0; c < 3; c++) squares[c]! += lab[c]! ** 2;
      for (let i = 0; i < TERMS; i++) {
        const term = terms[i]!;
        for (let j = i; j < TERMS; j++) normal[i * TERMS + j]! += term * terms[j]!;
        for (let c = 0; c < 3; c++) moments[i * 3 + c]! += term * lab[c]!;
      }
    }
  }
  for (let i = 0; i < TERMS; i++) {
    normal[i * TERMS + i]! += RIDGE * count;
    for (let j = 0; j < i; j++) normal[i * TERMS + j] = normal[j * TERMS + i]!;
  }
  const weights = solveSymmetric(normal, moments, TERMS);
  restoreContrast(weights, moments, squares, count);
  return tabulate(weights);
}

/**
 * A mean has less contrast than what it is the mean of: stretches each of L, a and b around its mean by what was lost, but not so far
 * that the strength of strokes becomes one of tones.
 */
function restoreContrast(weights: Float64Array, moments: Float64Array, squares: Float64Array, count: number): void {
  for (let c = 0; c < 3; c++) {
    const mean = moments[c]! / count;
    let explained = 0;
    for (let i = 0; i < TERMS; i++) explained += (weights[i * 3 + c]! * moments[i * 3 + c]!) / count;
    const stretch = Math.min(
      Math.sqrt((squares[c]! / count - mean ** 2) / Math.max(explained - mean ** 2, 1e-6)),
      MOST_STRETCH,
    );
    for (let i = 0; i < TERMS; i++) weights[i * 3 + c]! *= stretch;
    weights[c]! += mean * (1 - stretch);
  }
}

/** The picture in other colors; its alpha stays. */
export function applyColorMap(picture: Picture, map: ColorMap): Picture {
  const { data, width, height } = pixelsOf(picture);
  const result = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = [data[at]! / STEP, data[at + 1]! / STEP, data[at + 2]! / STEP];
    const [r, g, b] = [floor(red), floor(green), floor(blue)];
    const [dr, dg, db] = [red - r, green - g, blue - b];
    const corner = ((r * SIDE + g) * SIDE + b) * 3;
    for (let c = 0; c < 3; c++) {
      const near = corner + c;
      const far = near + SIDE * SIDE * 3;
      const lower = mix(
        mix(map[near]!, map[near + 3]!, db),
        mix(map[near + SIDE * 3]!, map[near + SIDE * 3 + 3]!, db),
        dg,
      );
      const upper = mix(mix(map[far]!, map[far + 3]!, db), mix(map[far + SIDE * 3]!, map[far + SIDE * 3 + 3]!, db), dg);
      result[at + c] = mix(lower, upper, dr);
    }
    result[at + 3] = data[at + 3]!;
  }
  return wrapPicture(result, width, height);
}

function describe(red: number, green: number, blue: number, terms: Float64Array, lab: Float64Array): void {
  toOklab(LINEAR[red]!, LINEAR[green]!, LINEAR[blue]!, lab);
  const [lightness, a, b] = [lab[0]!, lab[1]!, lab[2]!];
  terms.set([1, lightness, lightness ** 2, lightness ** 3, a, b, a * lightness, b * lightness]);
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
        describe(red * STEP, green * STEP, blue * STEP, terms, lab);
        lab.fill(0);
        for (let i = 0; i < TERMS; i++) for (let c = 0; c < 3; c++) lab[c]! += terms[i]! * weights[i * 3 + c]!;
        fromOklab(lab[0]!, lab[1]!, lab[2]!, rgb);
        for (let c = 0; c < 3; c++) map[at + c] = toByte(rgb[c]!);
      }
    }
  }
  return map;
}

/** The last step of the table belongs to its end, too. */
function floor(place: number): number {
  return Math.min(Math.floor(place), SIDE - 2);
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}
