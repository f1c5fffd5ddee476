import * as v from "valibot";
import { MMFSError } from "../errors/mmfs-error.js";
import type { StylePack } from "../pack/style-pack.js";
import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import type { DeviceOption, DType } from "../runtime/runtime.js";
import { STYLE_LAYERS, type StyleCode } from "../style/style-code.js";
import { STYLE_GROUPS, type StyleGroup, type StyleLayers } from "../style/style-groups.js";
import type { FacesOption, StyleOption, StylizeOptions, StylizerOptions } from "./options.js";

/** {@link StylizeOptions} with the defaults filled in. */
export interface ParsedOptions {
  style: StyleOption | undefined;
  strength: number;
  seed: number;
  faces: FacesOption;
  output: "photo" | "crop";
  resolution: number | "live" | undefined;
  subject: "faces" | "people";
  surroundings: "painted" | "toned" | "photo" | "transparent";
  size: "photo" | "painting";
  megapixels: number | undefined;
  preserveColor: boolean;
  onTile: StylizeOptions["onTile"];
}

// The messages say what is allowed, and complete the sentence "… must be".

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function numberBetween(least: number, greatest: number, allowed: string) {
  return v.pipe(v.number(allowed), v.minValue(least, allowed), v.maxValue(greatest, allowed));
}

function wholeBetween(least: number, greatest: number, allowed: string) {
  return v.pipe(numberBetween(least, greatest, allowed), v.integer(allowed));
}

const SeedSchema = wholeBetween(0, 0xffffffff, "a whole number from 0 to 4294967295");

const STYLE = "the name of a preset or a prompt, { seed }, { code } or { image }";

const StyleNameSchema = v.union(
  [
    v.pipe(v.string(), v.trim(), v.minLength(1, STYLE)),
    v.strictObject({ seed: SeedSchema }),
    v.strictObject({ code: v.custom<StyleCode>(isObject) }),
    v.strictObject({ image: v.custom<Picture | NdarrayView>(isObject) }),
  ],
  STYLE,
);

const PackSchema = v.strictObject({ pack: v.custom<StylePack>(isObject) }, "{ pack }, with what readPack gives");

const GROUPS = Object.keys(STYLE_GROUPS) as StyleGroup[];
const LAYERS = `"coarse", "middle", "fine", or a list of these and of rows from 0 to ${STYLE_LAYERS - 1}; leave it out for all`;

function isLayers(value: unknown): boolean {
  const isGroup = (each: unknown) => GROUPS.some((group) => group === each);
  const isRow = (each: unknown) => Number.isInteger(each) && Number(each) >= 0 && Number(each) < STYLE_LAYERS;
  return (
    isGroup(value) || (Array.isArray(value) && value.length > 0 && value.every((each) => isGroup(each) || isRow(each)))
  );
}

const WeightedStyleSchema = v.strictObject(
  {
    style: StyleNameSchema,
    weight: v.optional(numberBetween(-Number.MAX_VALUE, Number.MAX_VALUE, "a finite number")),
    layers: v.optional(v.custom<StyleLayers>(isLayers, LAYERS)),
  },
  "{ style, weight, layers }",
);

const MixtureSchema = v.pipe(
  v.array(WeightedStyleSchema),
  v.minLength(1, "a list of at least one { style, weight, layers }"),
);

function schemaOfStyle(style: unknown) {
  if (Array.isArray(style)) return MixtureSchema;
  return isObject(style) && "pack" in style ? PackSchema : StyleNameSchema;
}

const FACES = '"all", "largest", "none" or a list of numbers that count the faces from 0, the largest first';

const RESOLUTION = '"live" or a multiple of 16 from 128 to 1024';
const SURROUNDINGS = ["painted", "toned", "photo", "transparent"] as const;

const OptionsSchema = v.object({
  style: v.optional(v.lazy(schemaOfStyle)),
  strength: v.optional(numberBetween(0, 1.5, "a number from 0 to 1.5"), 1),
  seed: v.optional(SeedSchema, 0),
  faces: v.optional(
    v.union(
      [
        v.picklist(["all", "largest", "none"]),
        v.pipe(v.array(wholeBetween(0, Number.MAX_SAFE_INTEGER, FACES)), v.minLength(1, FACES)),
      ],
      FACES,
    ),
    "all",
  ),
  output: v.optional(v.picklist(["photo", "crop"], '"photo" or "crop"'), "photo"),
  resolution: v.optional(
    v.union([v.literal("live"), v.pipe(wholeBetween(128, 1024, RESOLUTION), v.multipleOf(16, RESOLUTION))], RESOLUTION),
  ),
  subject: v.optional(v.picklist(["faces", "people"], '"faces" or "people"'), "faces"),
  surroundings: v.optional(v.picklist(SURROUNDINGS, '"painted", "toned", "photo" or "transparent"')),
  size: v.optional(v.picklist(["photo", "painting"], '"photo" or "painting"'), "photo"),
  megapixels: v.optional(numberBetween(0.01, 100, "a number from 0.01 to 100")),
  preserveColor: v.optional(v.boolean("true or false"), false),
  signal: v.optional(v.custom<AbortSignal>((value) => isObject(value) && "throwIfAborted" in value, "an AbortSignal")),
  onProgress: v.optional(v.function("a function")),
  onTile: v.optional(
    v.custom<NonNullable<StylizeOptions["onTile"]>>((value) => typeof value === "function", "a function"),
  ),
});

const DEVICES = ["auto", "cpu", "wasm", "webgpu", "cuda", "coreml", "dml"] as const;

const StylizerOptionsSchema = v.object({
  device: v.optional(v.picklist(DEVICES, `one of ${DEVICES.join(", ")}`), "auto"),
  dtype: v.optional(v.picklist(["fp32", "fp16", "int8"], '"fp32", "fp16" or "int8"'), "fp32"),
});

/**
 * Looks at the options of a stylizer at the door and fills in the defaults.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` naming the field, what was given and what is allowed.
 */
export function parseStylizerOptions(options: StylizerOptions): { device: DeviceOption; dtype: DType } {
  const parsed = v.safeParse(StylizerOptionsSchema, options);
  if (parsed.success) return parsed.output;
  throw invalid(parsed.issues[0]);
}

/**
 * Looks at the options of a call at the door and fills in the defaults.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` naming the field, what was given and what is allowed.
 */
export function parseOptions(options: StylizeOptions): ParsedOptions {
  if (!isObject(options)) {
    throw new MMFSError("INVALID_ARGUMENT", `The options must be an object; ${describe(options)} was given.`);
  }
  const known = Object.keys(OptionsSchema.entries);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new MMFSError("INVALID_ARGUMENT", `There is no option "${unknown}"; the options are ${known.join(", ")}.`);
  }
  const parsed = v.safeParse(OptionsSchema, options);
  if (!parsed.success) throw invalid(parsed.issues[0]);
  const { signal: _signal, onProgress: _onProgress, ...output } = parsed.output;
  const complete: ParsedOptions = {
    ...output,
    style: output.style,
    resolution: output.resolution,
    megapixels: output.megapixels,
    onTile: output.onTile,
    surroundings: output.surroundings ?? (output.subject === "people" ? "photo" : "painted"),
  };
  const contradiction = contradictionIn(complete);
  if (contradiction !== undefined) throw new MMFSError("INVALID_ARGUMENT", contradiction);
  return complete;
}

/** What is wrong with options that are right one by one. */
function contradictionIn({ faces, output, subject, surroundings }: ParsedOptions): string | undefined {
  if (output === "crop") {
    return faces === "none"
      ? 'faces may not be "none" with output "crop", which gives the squares of faces.'
      : undefined;
  }
  if (subject === "people") {
    return surroundings === "painted"
      ? 'surroundings may not be "painted" with subject "people": then everything is painted. Leave one of them out.'
      : undefined;
  }
  if (surroundings === "transparent") {
    return 'surroundings may be "transparent" with subject "people" only; faces are cut out by output "crop".';
  }
  if (faces === "none" && surroundings !== "painted") {
    return `faces may not be "none" with surroundings "${surroundings}": nothing would be painted.`;
  }
  return undefined;
}

function invalid(issue: v.BaseIssue<unknown>): MMFSError {
  return new MMFSError(
    "INVALID_ARGUMENT",
    `${v.getDotPath(issue) ?? "options"} must be ${issue.message}; ${describe(issue.input)} was given.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  const text = (value instanceof Error ? undefined : JSON.stringify(value)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
