import { MMFSError, STYLE_GROUPS, STYLE_LAYERS, type StyleGroup } from "@mmfs/core";
import type { Command } from "commander";
import type { StyleName, StyleOption, WeightedStyle } from "../stylizer/options.js";
import { isAddress } from "./is-address.js";
import { parseStyle, reference } from "./parse-arguments.js";
import { readPackFile } from "./read-pack-file.js";
import { styleFileKind } from "./style-file.js";

/** Options of every command that takes a style. */
export interface StyleArguments {
  style?: string;
  reference?: string;
  mix?: string[];
}

/** `-s` belongs to the commands themselves, which describe it with their default. */
export function addStyleOptions(command: Command): Command {
  return command
    .option("--reference <picture>", "the style of this picture, where the bundle understands pictures")
    .option(
      "--mix <style[:weight][@layers]>",
      "one style of several, as often as needed: a style, or reference:PICTURE; a weight below 0 is less of it; " +
        "layers are coarse, middle, fine or rows such as 0-3,9",
      (mix: string, before: string[] = []) => [...before, mix],
    );
}

/**
 * The style that was asked for; undefined if none was.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `FILE_NOT_READABLE`, `STYLE_INVALID`
 */
export async function parseStyleArguments({
  style,
  reference: picture,
  mix,
}: StyleArguments): Promise<StyleOption | undefined> {
  const given = { "a style": style, "--reference": picture, "--mix": mix };
  const used = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (used.length > 1) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `Give one of ${used.join(" and ")}; --mix takes several styles, also --mix reference:PICTURE.`,
    );
  }
  if (style !== undefined) return (await isPack(style)) ? { pack: await readPackFile(style) } : parseStyle(style);
  if (picture !== undefined) return reference(picture);
  if (mix === undefined) return undefined;
  return Promise.all(mix.map(parseMix));
}

async function isPack(style: string): Promise<boolean> {
  return !/^seed:/i.test(style) && !isAddress(style) && (await styleFileKind(style)) === "pack";
}

/** The arguments that may name a file that is read. */
export function filesOfStyle({ style, reference, mix = [] }: StyleArguments): string[] {
  const mixed = mix.map((text) => (MIX.exec(text)?.groups?.name ?? text).replace(/^reference:/i, "").trim());
  return [style, reference, ...mixed].filter((text) => text !== undefined);
}

const MIX = /^(?<name>seed:\d+|.+?)(?::(?<weight>[+-]?(?:\d+\.?\d*|\.\d+)))?(?:@(?<layers>[a-z0-9,-]*))?$/is;

/** `STYLE[:WEIGHT][@LAYERS]`, such as `charcoal:0.6`, `watercolor:0.4@fine` or `reference:a.jpg@0-3,9`. */
async function parseMix(text: string): Promise<WeightedStyle> {
  const { name = text, weight, layers } = MIX.exec(text)?.groups ?? {};
  return {
    style: await parseMixed(name.trim()),
    ...(weight === undefined ? {} : { weight: Number(weight) }),
    ...(layers === undefined ? {} : { layers: parseLayers(layers) }),
  };
}

async function parseMixed(name: string): Promise<StyleName> {
  const picture = /^reference:(.+)$/is.exec(name)?.[1];
  return picture === undefined ? parseStyle(name) : reference(picture.trim());
}

function parseLayers(text: string): (StyleGroup | number)[] {
  return text.split(",").flatMap((layer): (StyleGroup | number)[] => {
    const name = layer.toLowerCase();
    if (Object.hasOwn(STYLE_GROUPS, name)) return [name as StyleGroup];
    const [, first = "", last = first] = /^(\d)(?:-(\d))?$/.exec(name) ?? [];
    const rows = Array.from({ length: STYLE_LAYERS }, (_, row) => row);
    const chosen = first === "" ? [] : rows.filter((row) => row >= Number(first) && row <= Number(last));
    if (chosen.length > 0) return chosen;
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `The layers of --mix are coarse, middle, fine, or rows from 0 to ${STYLE_LAYERS - 1} such as 0-3,9, not "${layer}".`,
    );
  });
}
