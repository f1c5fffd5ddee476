import type { Face } from "../faces/face.js";
import type { Box } from "../geometry/types.js";
import type { Matte } from "./matte.js";

/** A square that the network looks at, in pixels of the photo; it may reach outside. */
export interface MatteView {
  x: number;
  y: number;
  side: number;
  /** By how many quarter turns people in it are turned clockwise; the network knows upright ones only. */
  turns: number;
  /** What it counts where it overlaps with others. */
  weight: number;
}

/** Side of a square around a face, in sides of the face: head, shoulders and arms, and some of what is around them. */
export const FACE_SIDES = 4;

/** How far down its square the middle of a face lies. */
const FACE_DOWN = 0.36;

/** Faces whose squares are larger than this part of the photo are seen well enough in the whole. */
const WORTHWHILE = 0.85;

/** Each view takes time: smaller faces than so many are left to the whole. */
const MOST_FACES = 16;

/** A closer look is worth so many times that from afar. */
const FACE_WEIGHT = 6;

/** The part of a view's side over which it gives way to others. */
const FEATHER = 0.25;

/**
 * The squares in which people are looked for: the whole photo, and a square around each face, in which people show that are
 * too small in the whole. A square that is larger than the photo shares its lower edge (in the sense of the people), since
 * that is where people are cut off in the pictures that the network knows.
 */
export function matteViews(width: number, height: number, faces: readonly Pick<Face, "box" | "crop">[]): MatteView[] {
  const largestFirst = [...faces].sort((one, other) => sideOf(other.box) - sideOf(one.box));
  const whole = Math.max(width, height);
  const turns = turnsOf(largestFirst[0]);
  const down = downOf(turns);
  const views: MatteView[] = [
    { x: within(0, whole, width, down.x), y: within(0, whole, height, down.y), side: whole, turns, weight: 1 },
  ];
  for (const face of largestFirst.slice(0, MOST_FACES)) {
    const { box } = face;
    const side = sideOf(box) * FACE_SIDES;
    if (side > whole * WORTHWHILE) continue;
    const turns = turnsOf(face);
    const down = downOf(turns);
    const shift = side * (0.5 - FACE_DOWN);
    const x = box.x + box.width / 2 + down.x * shift - side / 2;
    const y = box.y + box.height / 2 + down.y * shift - side / 2;
    views.push({
      x: within(x, side, width, down.x),
      y: within(y, side, height, down.y),
      side,
      turns,
      weight: FACE_WEIGHT,
    });
  }
  return views;
}

/** Along one axis: a square moved into the photo, or one that is larger than it to where the people are cut off. */
function within(start: number, side: number, available: number, down: number): number {
  if (side <= available) return Math.min(Math.max(start, 0), available - side);
  // 0 and not -0
  return 0 - ((side - available) * (1 + down)) / 2;
}

function turnsOf(face: Pick<Face, "crop"> | undefined): number {
  return ((Math.round((face?.crop.angle ?? 0) / 90) % 4) + 4) % 4;
}

/** Which way is down for people who are turned. */
function downOf(turns: number): { x: number; y: number } {
  return { x: [0, -1, 0, 1][turns]!, y: [1, 0, -1, 0][turns]! };
}

/** Adds up what the views show. */
export class MatteCollector {
  readonly #width: number;
  readonly #height: number;
  readonly #scale: number;
  readonly #sums: Float32Array;
  readonly #weights: Float32Array;

  /** @param scale pixels of the matte for one of the photo. */
  constructor(width: number, height: number, scale: number) {
    this.#width = width;
    this.#height = height;
    this.#scale = scale;
    this.#sums = new Float32Array(width * height);
    this.#weights = new Float32Array(width * height);
  }

  /**
   * Adds what the network says of a view. Towards edges of the view that lie within the photo it counts less and less.
   *
   * @param shares `size × size`
   */
  add({ x, y, side, weight }: MatteView, shares: Float32Array, size: number): void {
    const scale = this.#scale;
    const across = axis(x * scale, side * scale, this.#width, size);
    const down = axis(y * scale, side * scale, this.#height, size);
    for (let row = down.begin; row < down.end; row++) {
      const v = down.place[row - down.begin]!;
      const upper = (v | 0) * size;
      const lower = Math.min((v | 0) + 1, size - 1) * size;
      const fv = v - (v | 0);
      const rowWeight = weight * down.weight[row - down.begin]!;
      for (let column = across.begin, at = row * this.#width + column; column < across.end; column++, at++) {
        const u = across.place[column - across.begin]!;
        const left = u | 0;
        const right = Math.min(left + 1, size - 1);
        const fu = u - left;
        const above = shares[upper + left]! + fu * (shares[upper + right]! - shares[upper + left]!);
        const below = shares[lower + left]! + fu * (shares[lower + right]! - shares[lower + left]!);
        const counts = rowWeight * across.weight[column - across.begin]!;
        this.#sums[at]! += counts * (above + fv * (below - above));
        this.#weights[at]! += counts;
      }
    }
  }

  /** The weighted mean of all views. */
  finish(): Matte {
    const values = this.#sums;
    for (let i = 0; i < values.length; i++) values[i]! /= this.#weights[i]! || 1;
    return { width: this.#width, height: this.#height, values };
  }
}

/** Along one axis: the pixels of the matte that a view covers, where they lie among its shares, and what they count. */
function axis(start: number, length: number, available: number, size: number) {
  const begin = Math.max(0, Math.floor(start));
  const end = Math.min(available, Math.ceil(start + length));
  const place = new Float32Array(Math.max(0, end - begin));
  const weight = new Float32Array(place.length);
  for (let i = 0; i < place.length; i++) {
    const along = (begin + i + 0.5 - start) / length;
    place[i] = Math.min(Math.max(along * size - 0.5, 0), size - 1);
    const fromStart = start > 0.5 ? along : 1;
    const fromEnd = start + length < available - 0.5 ? 1 - along : 1;
    const t = Math.min(Math.max(Math.min(fromStart, fromEnd) / FEATHER, 0), 1);
    weight[i] = Math.max(t * t * (3 - 2 * t), 1e-6);
  }
  return { begin, end, place, weight };
}

function sideOf({ width, height }: Box): number {
  return Math.max(width, height);
}
