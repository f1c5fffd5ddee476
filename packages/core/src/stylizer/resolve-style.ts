import type { Preset, Presets } from "../bundle/presets.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { takePicture } from "../picture/take-picture.js";
import { checkStyleCode } from "../style/check-style-code.js";
import { averageStyles, type StylePart } from "../style/combine-styles.js";
import { nearNames } from "../style/near-names.js";
import type { StyleCode } from "../style/style-code.js";
import { isMixture, type StyleName, type StyleOption } from "../style/style-option.js";
import type { LoadOptions, StyleEncoder } from "./options.js";

/** What styles are made from. */
export interface StyleSources {
  presets: Presets;
  /** D: numbers in a row of w+. */
  styleDim: number;
  /** The code of a random style, from the mapping network. */
  fromSeed(seed: number): Promise<StyleCode>;
  /** Prompts and reference pictures; undefined where the bundle or the application has none. */
  styleEncoder: StyleEncoder | undefined;
}

/**
 * The style code of whatever the user named, before `strength`. A preset of a name goes before a prompt of the same words.
 *
 * @param style the first preset where it is left out.
 * @throws {MMFSError} `STYLE_UNKNOWN`, `STYLE_INVALID`, `INVALID_ARGUMENT`, and what the sources throw.
 */
export async function resolveStyle(
  style: StyleOption | undefined,
  sources: StyleSources,
  load: LoadOptions = {},
): Promise<StyleCode> {
  const { presets } = sources;
  if (style === undefined) return firstPreset(presets);
  if (typeof style === "object" && "pack" in style) return style.pack.code;
  if (!isMixture(style)) return resolveName(style, sources, load);
  const parts: StylePart[] = [];
  for (const { style: name, weight, layers } of style) {
    parts.push({ code: await resolveName(name, sources, load), weight, layers });
  }
  return averageStyles(parts, presets.photo, presets.photo ?? meanOf(presets));
}

function meanOf({ presets }: Presets): StyleCode | undefined {
  return presets.length > 0 ? averageStyles(presets) : undefined;
}

async function resolveName(
  name: StyleName,
  { presets, styleDim, fromSeed, styleEncoder }: StyleSources,
  load: LoadOptions,
): Promise<StyleCode> {
  let code: StyleCode;
  if (typeof name === "string") {
    const wanted = name.trim().toLowerCase();
    const preset = presets.presets.find((each) => each.name.toLowerCase() === wanted);
    if (preset !== undefined) return preset.code;
    if (styleEncoder === undefined) throw unknownStyle(name, presets.presets);
    code = await understood(styleEncoder.fromText(name, load), (cause) => unknownStyle(name, presets.presets, cause));
  } else if ("seed" in name) {
    code = await fromSeed(name.seed);
  } else if ("code" in name) {
    code = name.code;
  } else {
    if (styleEncoder === undefined) throw unreadablePicture();
    code = await understood(styleEncoder.fromImage(takePicture(name.image), load), unreadablePicture);
  }
  checkStyleCode(code, styleDim);
  return code;
}

function firstPreset({ presets }: Presets): StyleCode {
  const [first] = presets;
  if (first !== undefined) return first.code;
  throw new MMFSError("STYLE_UNKNOWN", "The bundle has no presets; say which style with `style`, such as { seed: 1 }.");
}

/** Where a bundle has no towers, the style is what is wrong. */
async function understood(code: Promise<StyleCode>, otherwise: (cause: MMFSError) => MMFSError): Promise<StyleCode> {
  return code.catch((error: unknown) => {
    throw MMFSError.isInstance(error) && error.code === "BUNDLE_PART_MISSING" ? otherwise(error) : error;
  });
}

function unreadablePicture(cause?: MMFSError): MMFSError {
  return new MMFSError(
    "STYLE_UNKNOWN",
    "This bundle does not understand reference pictures; name a preset, a seed or a style code, or use a bundle with an " +
      "imageTower and a mapper.",
    { cause },
  );
}

function unknownStyle(name: string, presets: readonly Preset[], cause?: MMFSError): MMFSError {
  const names = presets.map((preset) => preset.name);
  const near = nearNames(name, names);
  const guess = near.length > 0 ? ` Did you mean ${near.map((each) => `"${each}"`).join(" or ")}?` : "";
  const list =
    names.length > 0 ? `Its presets are: ${names.join(", ")}.` : "It has no presets; use { seed } or { code }.";
  return new MMFSError(
    "STYLE_UNKNOWN",
    `The bundle has no preset "${name}" and does not understand prompts.${guess} ${list} A bundle with a textTower, a tokenizer and a mapper does.`,
    { cause, data: { near } },
  );
}
