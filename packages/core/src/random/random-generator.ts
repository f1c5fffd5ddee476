import { naturalLog } from "./natural-log.js";

/**
 * A seeded generator whose numbers are the same, bit for bit, in every JavaScript engine: xoshiro128** 1.1 with a state
 * from splitmix32, and normal numbers by Marsaglia's polar method with {@link naturalLog} instead of `Math.log`, which
 * engines round differently.
 *
 * @see Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators"
 * @see Marsaglia and Bray 1964, "A convenient method for generating normal variables"
 */
export class RandomGenerator {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spare: number | undefined;

  /**
   * @param seed a whole number from 0 to 2³² - 1.
   * @param stream independent sequences of one seed: the first number of splitmix32(seed), xored with the stream, seeds the
   * splitmix32 whose next four numbers are the state. @default 0
   */
  constructor(seed: number, stream = 0) {
    const next = splitmix32((splitmix32(seed)() ^ stream) >>> 0);
    this.#s0 = next();
    this.#s1 = next();
    this.#s2 = next();
    this.#s3 = next();
  }

  /** A whole number from 0 to 2³² - 1. */
  uint32(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result;
  }

  /** A number of the unit normal distribution. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    for (;;) {
      const x = (this.uint32() + 0.5) * TO_SYMMETRIC - 1;
      const y = (this.uint32() + 0.5) * TO_SYMMETRIC - 1;
      const square = x * x + y * y;
      if (square >= 1) continue;
      const factor = Math.sqrt((-2 * naturalLog(square)) / square);
      this.#spare = y * factor;
      return x * factor;
    }
  }

  /** Unit normal numbers, rounded to float32. */
  normals(length: number): Float32Array {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = this.normal();
    return values;
  }
}

/** Takes [0, 2³²) to [0, 2). */
const TO_SYMMETRIC = 2 ** -31;

/** @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md, with the constants found by T. Ettinger */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
