import * as v from "valibot";
import { describeIssues } from "../errors/describe-issues.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { decodeFloats, encodeFloats } from "../style/base64-floats.js";
import { STYLE_LAYERS, StyleCode, type StyleOrigin } from "../style/style-code.js";
import type { NetworkShape } from "./manifest.js";

/** The version of `presets.json` that this package writes and reads. */
export const PRESETS_FORMAT = 1;

/** A style of a bundle that is called by its name. */
export interface Preset {
  /** As users call it; upper and lower case count the same. */
  name: string;
  description?: string | undefined;
  tags: readonly string[];
  code: StyleCode;
}

/** What the part `presets` of a bundle holds. */
export interface Presets {
  /** The code that gives the face as it was; `strength` moves from it to the style. */
  photo: StyleCode | undefined;
  /** In the order in which they are to be shown. */
  presets: readonly Preset[];
}

const PresetsSchema = v.object({
  format: v.literal(PRESETS_FORMAT),
  styleLayers: v.literal(STYLE_LAYERS),
  styleDim: v.pipe(v.number(), v.integer(), v.minValue(1)),
  photo: v.optional(v.string()),
  presets: v.array(
    v.object({
      name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
      description: v.optional(v.string()),
      tags: v.optional(v.array(v.string()), []),
      code: v.string(),
    }),
  ),
});

/**
 * Writes `presets.json`. A code whose rows are all the same, as the mapping network gives it, is written as one row.
 *
 * @throws {MMFSError} `STYLE_INVALID` if the codes belong to different networks.
 */
export function serializePresets({ photo, presets }: Presets): string {
  const styleDim = (photo ?? presets[0]?.code)?.dim ?? 1;
  const write = (code: StyleCode) => {
    if (code.dim !== styleDim || code.layers !== STYLE_LAYERS) {
      throw new MMFSError("STYLE_INVALID", "All presets of a bundle must have codes of the same shape.");
    }
    const row = code.values.subarray(0, styleDim);
    const uniform = code.values.every((value, i) => value === row[i % styleDim]);
    return encodeFloats(uniform ? row : code.values);
  };
  const file: v.InferInput<typeof PresetsSchema> = {
    format: PRESETS_FORMAT,
    styleLayers: STYLE_LAYERS,
    styleDim,
    ...(photo && { photo: write(photo) }),
    presets: presets.map(({ name, description, tags, code }) => ({
      name,
      ...(description !== undefined && { description }),
      tags: [...tags],
      code: write(code),
    })),
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}

/**
 * Reads `presets.json`.
 *
 * @param network whose style width the codes must have.
 * @param location of the bundle, for messages.
 * @throws {MMFSError} `BUNDLE_INVALID`
 */
export function parsePresets(
  file: Uint8Array | string,
  network: Pick<NetworkShape, "styleDim">,
  location: string,
): Presets {
  const refuse = (reason: string, cause?: unknown): never => {
    throw new MMFSError("BUNDLE_INVALID", `The presets of the bundle at ${location} are not valid: ${reason}.`, {
      cause,
    });
  };
  let json: unknown;
  try {
    json = JSON.parse(typeof file === "string" ? file : new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    refuse("they are not JSON", cause);
  }
  const format = typeof json === "object" && json !== null ? (json as { format?: unknown }).format : undefined;
  if (typeof format === "number" && format > PRESETS_FORMAT) {
    refuse(`they have format ${format}, made by a newer version of MMFS; update the @mmfs packages`);
  }
  const parsed = v.safeParse(PresetsSchema, json);
  if (!parsed.success) return refuse(describeIssues(parsed.issues));
  const { styleDim, photo, presets } = parsed.output;
  if (styleDim !== network.styleDim && (photo !== undefined || presets.length > 0)) {
    refuse(`their codes have ${styleDim} numbers in a row, but the network reads ${network.styleDim}`);
  }
  const read = (text: string, origin: StyleOrigin, field: string): StyleCode => {
    const values = decodeFloats(text);
    if (values?.length === styleDim) return StyleCode.fromRow(values, origin);
    if (values?.length === STYLE_LAYERS * styleDim) return new StyleCode(values, STYLE_LAYERS, styleDim, origin);
    return refuse(`${field} must be base64 of ${styleDim} or ${STYLE_LAYERS * styleDim} finite float32 numbers`);
  };
  return {
    photo: photo === undefined ? undefined : read(photo, { type: "preset", name: "photo" }, "photo"),
    presets: presets.map(({ name, description, tags, code }) => ({
      name,
      description,
      tags,
      code: read(code, { type: "preset", name }, `the code of "${name}"`),
    })),
  };
}
