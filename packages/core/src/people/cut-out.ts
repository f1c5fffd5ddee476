import { boxMean } from "../composite/guided-filter.js";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Picture } from "../picture/picture.js";
import { type Matte, RowSampler } from "./matte.js";
import { shrink } from "./shrink.js";

/** How far the colours of people and of background are carried over the edge, as a part of the longer side of the picture. */
const CARRY = 0.03;

/** The longer side of the copy in which colours are averaged. */
const COLOR_SIDE = 512;

/**
 * The people of a painting in their photo.
 *
 * @param photo what is shown where the matte is 0; alpha is its own.
 * @param painting the photo painted, of the same size.
 * @param matte of any size; {@link personMatte} makes one.
 * @returns a new picture.
 * @throws {MMFSError} `INVALID_ARGUMENT` if photo and painting are of different sizes.
 */
export function paintPeople(photo: Picture, painting: Picture, matte: Matte): Picture {
  const { width, height } = photo;
  if (painting.width !== width || painting.height !== height) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A painting of ${painting.width}×${painting.height} does not fit a photo of ${width}×${height}; resize one of them.`,
    );
  }
  const [from, data] = [painting.data, photo.data.slice()];
  const sampler = new RowSampler(matte, photo);
  const shares = new Float32Array(width);
  for (let y = 0, at = 0; y < height; y++) {
    sampler.sample(matte.values, y, shares);
    for (let x = 0; x < width; x++, at += 4) {
      const share = shares[x]!;
      if (share === 0) continue;
      for (let c = at; c < at + 3; c++) data[c] = data[c]! + share * (from[c]! - data[c]!);
    }
  }
  return { width, height, data };
}

/**
 * The people of a picture on a transparent ground, as for a sticker. Where an edge or hair lets the old background through,
 * its colour is taken out.
 *
 * @param picture a photo or a painting.
 * @param matte of any size; {@link personMatte} makes one.
 * @returns a new picture with straight alpha, never more than the picture's own. Transparent pixels are black.
 * @see Forte 2021, "Approximate Fast Foreground Colour Estimation", for the colours
 */
export function cutOutPeople(picture: Picture, matte: Matte): Picture {
  const { width, height } = picture;
  const source = picture.data;
  const data = new Uint8ClampedArray(source.length);
  const colors = averageColors(picture, matte);
  const [ofMatte, ofColors] = [new RowSampler(matte, picture), new RowSampler(colors, picture)];
  const shares = new Float32Array(width);
  const [inside, outside] = [new Float32Array(width), new Float32Array(width)];
  for (let y = 0; y < height; y++) {
    ofMatte.sample(matte.values, y, shares);
    const row = y * width * 4;
    for (let x = 0, at = row + 3; x < width; x++, at += 4) data[at] = shares[x]! * source[at]!;
    for (let c = 0; c < 3; c++) {
      ofColors.sample(colors.inside[c]!, y, inside);
      ofColors.sample(colors.outside[c]!, y, outside);
      for (let x = 0, at = row + c; x < width; x++, at += 4) {
        if (data[row + x * 4 + 3] === 0) continue;
        const share = shares[x]!;
        const expected = share * inside[x]! + (1 - share) * outside[x]!;
        data[at] = share === 1 ? source[at]! : inside[x]! + share * (source[at]! - expected);
      }
    }
  }
  return { width, height, data };
}

/** Mean colours around every pixel of a small copy, 0 to 255, a plane for each channel. */
interface AverageColors {
  width: number;
  height: number;
  /** Those of people. */
  inside: Float32Array[];
  /** Those of the background. */
  outside: Float32Array[];
}

function averageColors(picture: Picture, matte: Matte): AverageColors {
  const scale = Math.min(1, COLOR_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const small = shrink(picture, width, height);
  const shares = new Float32Array(width * height);
  const sampler = new RowSampler(matte, small);
  for (let y = 0; y < height; y++) sampler.sample(matte.values, y, shares.subarray(y * width, (y + 1) * width));
  const radius = Math.max(2, Math.round(CARRY * Math.max(width, height)));
  const average = (weights: Float32Array): Float32Array[] => {
    const total = boxMean(weights, width, height, radius);
    return [0, 1, 2].map((c) => {
      const weighted = weights.map((weight, i) => weight * small.data[i * 4 + c]!);
      const sums = boxMean(weighted, width, height, radius);
      // where none is near, the pixel's own colour
      return sums.map((sum, i) => (total[i]! > 1e-3 ? sum / total[i]! : small.data[i * 4 + c]!));
    });
  };
  // to the third power, so that pixels which show both hardly count
  const inside = average(shares.map((share) => share ** 3));
  const outside = average(shares.map((share) => (1 - share) ** 3));
  return { width, height, inside, outside };
}
