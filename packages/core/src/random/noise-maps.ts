import { RandomGenerator } from "./random-generator.js";

/** A map of unit normal numbers, `size × size`. */
export interface NoiseMap {
  size: number;
  values: Float32Array;
}

/**
 * The nine noise maps of the decoder, in the order of its styled convolutions: one of side S/16, then two each of sides
 * S/8, S/4, S/2 and S. Map i is stream i + 1 of the seed.
 *
 * @param imageSize S, the side of the network's picture in pixels.
 */
export function noiseMaps(imageSize: number, seed: number): NoiseMap[] {
  return [16, 8, 8, 4, 4, 2, 2, 1, 1].map((divisor, i) => {
    const size = imageSize / divisor;
    return { size, values: new RandomGenerator(seed, i + 1).normals(size * size) };
  });
}
