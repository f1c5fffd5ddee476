import { readFileSync } from "node:fs";
import type { Picture } from "@mmfs/core";
import { clipFixture } from "@mmfs/testing/fixtures";

/** What `make_fixtures.py` wrote. */
interface Expected {
  prompts: { tokenizer: "bpe" | "wordpiece"; text: string; ids: number[]; embedding: number[]; wplus: number[] }[];
  pictures: { width: number; height: number; rgb: string; pixels: number[]; embedding: number[]; wplus: number[] }[];
}

const file = readFileSync(clipFixture("expected.json"), "utf8");
const { prompts, pictures }: Expected = JSON.parse(file);

export const expectedPrompts = prompts;

export const expectedPictures = pictures.map(({ rgb, ...rest }) => ({
  ...rest,
  picture: opaque(Buffer.from(rgb, "base64"), rest.width, rest.height),
}));

function opaque(rgb: Uint8Array, width: number, height: number): Picture {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { width, height, data };
}

/** The largest difference between two lists of the same length. */
export function furthest(one: ArrayLike<number>, other: ArrayLike<number>): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  return Array.from(one).reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
}
