/** How much of every pixel shows people, 0 to 1, row by row. It may be smaller than the picture that it is of. */
export interface Matte {
  readonly width: number;
  readonly height: number;
  /** `height × width` shares. */
  readonly values: Float32Array;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Enlarges planes of one size to another by linear interpolation, a row at a time, so that none of the larger size is ever
 * held.
 */
export class RowSampler {
  readonly #from: Size;
  readonly #to: Size;
  /** For each pixel of a row: the first of the two values that it lies between, and how far from that. */
  readonly #first: Int32Array;
  readonly #share: Float32Array;
  readonly #line: Float32Array;

  constructor(from: Size, to: Size) {
    this.#from = from;
    this.#to = to;
    this.#first = new Int32Array(to.width);
    this.#share = new Float32Array(to.width);
    for (let x = 0; x < to.width; x++) {
      const at = placeOf(x, to.width, from.width);
      this.#first[x] = at;
      this.#share[x] = at - this.#first[x]!;
    }
    // the last value once more, for the pixels that lie beyond it
    this.#line = new Float32Array(from.width + 1);
  }

  /**
   * @param plane values of the first size.
   * @param y a row of the second size.
   * @param row what is written: as many values as the second size is wide.
   */
  sample(plane: Float32Array, y: number, row: Float32Array): void {
    const { width, height } = this.#from;
    const at = placeOf(y, this.#to.height, height);
    const above = Math.floor(at) * width;
    const below = Math.min(Math.floor(at) + 1, height - 1) * width;
    const down = at - Math.floor(at);
    const line = this.#line;
    for (let x = 0; x < width; x++) line[x] = plane[above + x]! + down * (plane[below + x]! - plane[above + x]!);
    line[width] = line[width - 1]!;
    const [firsts, shares] = [this.#first, this.#share];
    for (let x = 0; x < row.length; x++) {
      const first = firsts[x]!;
      row[x] = line[first]! + shares[x]! * (line[first + 1]! - line[first]!);
    }
  }
}

/** Where the i-th of `length` pixels lies among `available` values, between the middles of the first and the last. */
function placeOf(i: number, length: number, available: number): number {
  return Math.min(Math.max(((i + 0.5) * available) / length - 0.5, 0), available - 1);
}
