import type { Box } from "../geometry/types.js";
import { normalQuantiles } from "./normal-quantiles.js";

/** A map of unit normal numbers, row by row. */
export interface NoiseMap {
  width: number;
  height: number;
  values: Float32Array;
}

/** How much smaller than the picture each noise map is, in the order of the decoder's styled convolutions. */
export const NOISE_DIVISORS: readonly number[] = [16, 8, 8, 4, 4, 2, 2, 1, 1];

/**
 * The nine noise maps of the decoder for a part of an endless picture. The number at a place depends on the seed, the map and the
 * place alone, so that parts computed apart fit together.
 *
 * @param region in pixels, multiples of 16.
 * @param seed a whole number from 0 to 2³² - 1.
 */
export function noiseMaps(region: Box, seed: number): NoiseMap[] {
  return NOISE_DIVISORS.map((divisor, layer) => {
    const [x, y, width, height] = [region.x, region.y, region.width, region.height].map((length) => length / divisor);
    return noiseMap({ x: x!, y: y!, width: width!, height: height! }, seed, layer);
  });
}

/** One bit of the golden ratio after the other, as splitmix32 counts. */
const STEP = 0x9e3779b9;

/**
 * A counter-based generator: the hash of a place is its number. Each row has a key of its own, and each hash serves two
 * neighbouring columns, 16 bits each.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3" for the idea; the hash is MurmurHash3's finalizer
 */
function noiseMap(region: Box, seed: number, layer: number): NoiseMap {
  const { x: left, y: top, width, height } = region;
  const quantiles = normalQuantiles();
  const values = new Float32Array(width * height);
  const layerKey = mix((mix(seed) + Math.imul(layer + 1, STEP)) | 0);
  for (let row = 0, at = 0; row < height; row++) {
    const rowKey = mix((layerKey + Math.imul(top + row, STEP)) | 0);
    for (let column = left; column < left + width; column++, at++) {
      const hash = mix((rowKey + Math.imul(column >> 1, STEP)) | 0);
      values[at] = quantiles[(column & 1) === 0 ? hash & 0xffff : hash >>> 16]!;
    }
  }
  return { width, height, values };
}

/** Whole numbers of 32 bits to others, so that near ones go far apart. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
