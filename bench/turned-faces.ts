import { join } from "node:path";
import type { FaceFinder, Picture } from "@mmfs/core";
import type { FaceCrop, Point } from "@mmfs/core/internal";
import sharp from "sharp";
import { readPicture, references } from "./faces-accuracy.js";

/** Degrees by which a crop may be turned, and part of its side by which it may be shifted, and still show the same face. */
const [MOST_TURN, MOST_SHIFT] = [20, 0.1];

/** Around a portrait that is turned. */
const GREY = "#888888";

/** What is wrong with the largest face of a portrait that was turned. */
export interface TurnedFailure {
  file: string;
  /** Degrees, clockwise. */
  turn: number;
  /** In words. */
  reason: string;
}

/** Paths below `faces/` of `count` portraits, evenly spaced in the data set's list. */
export async function portraits(folder: string, count: number): Promise<string[]> {
  const all = [...(await references(folder, "unaligned")), ...(await references(folder, "evaluation"))];
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!.file);
}

/**
 * Compares the largest face of a portrait with that of the portrait turned about its middle, on a grey canvas that holds
 * all of it.
 */
export async function turnedFailures(
  finder: FaceFinder,
  folder: string,
  file: string,
  turns: readonly number[],
): Promise<TurnedFailure[]> {
  const path = join(folder, "faces", file);
  const upright = await readPicture(path);
  const expected = (await finder.find(upright))[0]?.crop;
  const failures: TurnedFailure[] = [];
  for (const turn of turns) {
    const turned = await readPicture(await sharp(path).rotate(turn, { background: GREY }).png().toBuffer());
    const actual = (await finder.find(turned))[0]?.crop;
    const reason =
      expected === undefined
        ? "not found upright"
        : actual === undefined
          ? "not found"
          : difference(actual, turnCrop(expected, turn, middle(upright), middle(turned)));
    if (reason !== undefined) failures.push({ file, turn, reason });
  }
  return failures;
}

function middle({ width, height }: Picture): Point {
  return { x: width / 2, y: height / 2 };
}

function turnCrop(crop: FaceCrop, turn: number, from: Point, to: Point): FaceCrop {
  const [cosine, sine] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
  const [x, y] = [crop.center.x - from.x, crop.center.y - from.y];
  return {
    center: { x: to.x + cosine * x - sine * y, y: to.y + sine * x + cosine * y },
    side: crop.side,
    angle: crop.angle + turn,
  };
}

function difference(actual: FaceCrop, expected: FaceCrop): string | undefined {
  const turn = ((((actual.angle - expected.angle) % 360) + 540) % 360) - 180;
  if (Math.abs(turn) > MOST_TURN) return `turned by ${turn.toFixed(0)} degrees`;
  const shift = Math.hypot(actual.center.x - expected.center.x, actual.center.y - expected.center.y) / expected.side;
  return shift > MOST_SHIFT ? `${(100 * shift).toFixed(0)} % of the side beside it` : undefined;
}
