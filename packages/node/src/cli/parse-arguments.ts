import { readFile } from "node:fs/promises";
import { type FacesOption, MMFSError, parseStyleCode } from "@mmfs/core";
import type { StyleName } from "../stylizer/options.js";
import { isAddress } from "./is-address.js";
import { styleFileKind } from "./style-file.js";

/**
 * `seed:7`, the path of a style code file or of a reference picture, or else the name of a preset or a prompt.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `FILE_NOT_READABLE`, `STYLE_INVALID`
 */
export async function parseStyle(text: string): Promise<StyleName> {
  const seed = /^seed:(.*)$/i.exec(text)?.[1];
  if (seed !== undefined) return { seed: parseWhole("the seed of --style", seed, 0) };
  if (isAddress(text)) return reference(text);
  const kind = await styleFileKind(text);
  if (kind === undefined) return text;
  if (kind === "picture") return reference(text);
  if (kind === "pack") {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `${text} is a style pack, with a decoder of its own: give it alone, as --pack.`,
    );
  }
  const file = await readFile(text, "utf8").catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_READABLE", `The style code file ${text} cannot be read.`, {
      cause,
      data: { path: text },
    });
  });
  return { code: parseStyleCode(file) };
}

/** The style of a picture, at a path or an address. */
export function reference(picture: string): { image: string | URL } {
  return { image: isAddress(picture) ? new URL(picture) : picture };
}

/**
 * `all`, `largest`, `none`, or numbers as people count: `1,3` are the largest and the third largest face.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`
 */
export function parseFaces(text: string): FacesOption {
  if (text === "all" || text === "largest" || text === "none") return text;
  return text.split(",").map((number) => parseWhole("each number of --faces", number.trim(), 1) - 1);
}

/** @throws {MMFSError} `INVALID_ARGUMENT` */
export function parseWhole(name: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is a whole number of at least ${least}, not "${text}".`);
}

/** @throws {MMFSError} `INVALID_ARGUMENT` */
export function parseNumber(name: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is a number, not "${text}".`);
}

/** One of a few words. @throws {MMFSError} `INVALID_ARGUMENT` */
export function parseWord<Word extends string>(name: string, text: string, words: readonly Word[]): Word {
  const word = words.find((each) => each === text.toLowerCase());
  if (word !== undefined) return word;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is one of ${words.join(", ")}, not "${text}".`);
}

/** `live`, or the side of a face's square in pixels. @throws {MMFSError} `INVALID_ARGUMENT` */
export function parseResolution(text: string): number | "live" {
  return text === "live" ? text : parseWhole("--resolution", text, 1);
}
