import * as v from "valibot";
import { MMFSError } from "../errors/mmfs-error.js";
import type { StylePack } from "../pack/style-pack.js";
import type { NdarrayView } from "../picture/ndarray.js";
import type { Picture } from "../picture/picture.js";
import { DEVICES, type Device, type DeviceOption, DTYPES, type DType } from "../runtime/runtime.js";
import { nearNames } from "../style/near-names.js";
import { STYLE_LAYERS, type StyleCode } from "../style/style-code.js";
import { STYLE_GROUPS, type StyleGroup, type StyleLayers } from "../style/style-groups.js";
import type {
  FacesOption,
  LoadOptions,
  PreloadOptions,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
} from "./options.js";

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

const isFunction = (value: unknown): boolean => typeof value === "function";

function numberBetween(least: number, greatest: number, allowed: string) {
  return v.pipe(v.number(allowed), v.minValue(least, allowed), v.maxValue(greatest, allowed));
}

function wholeBetween(least: number, greatest: number, allowed: string) {
  return v.pipe(numberBetween(least, greatest, allowed), v.integer(allowed));
}

/** One of some words, which the message names as they are written in code: `"a", "b" or "c"`. */
function oneOf<const Words extends readonly string[]>(words: Words) {
  const quoted = words.map((word) => `"${word}"`);
  return v.picklist(words, [quoted.slice(0, -1).join(", "), quoted.at(-1)].filter(Boolean).join(" or "));
}

const flag = v.boolean("true or false");

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const SeedSchema = wholeBetween(0, 0xffffffff, "a whole number from 0 to 4294967295");

const STYLE = "the name of a preset or a prompt, { seed }, { code } or { image }";

const StyleNameSchema = v.union(
  [
    v.pipe(v.string(), v.trim(), v.minLength(1, STYLE)),
    v.strictObject({ seed: SeedSchema }),
    v.strictObject({ code: v.custom<StyleCode>(isObject) }),
    // What a picture may be given as is for those to judge who read it: files and addresses in the platform packages.
    v.strictObject({ image: v.custom<Picture | NdarrayView>(isGiven) }),
  ],
  STYLE,
);

const PackSchema = v.strictObject({
  pack: v.custom<StylePack>(
    (pack) =>
      isObject(pack) && "decoder" in pack && pack.decoder instanceof Uint8Array && "network" in pack && "base" in pack,
    "what readPack gives for the bytes of a .mmfspack file",
  ),
});

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

const callEntries = {
  signal: v.optional(v.custom<AbortSignal>((value) => isObject(value) && "throwIfAborted" in value, "an AbortSignal")),
  onProgress: v.optional(v.custom<NonNullable<LoadOptions["onProgress"]>>(isFunction, "a function")),
};

const CallSchema = v.object(callEntries);

const PreloadSchema = v.object({
  ...callEntries,
  prompts: v.optional(flag, false),
  references: v.optional(flag, false),
});

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
  output: v.optional(oneOf(["photo", "crop"]), "photo"),
  resolution: v.optional(
    v.union([v.literal("live"), v.pipe(wholeBetween(128, 1024, RESOLUTION), v.multipleOf(16, RESOLUTION))], RESOLUTION),
  ),
  subject: v.optional(oneOf(["faces", "people"]), "faces"),
  surroundings: v.optional(oneOf(["painted", "toned", "photo", "transparent"])),
  size: v.optional(oneOf(["photo", "painting"]), "photo"),
  megapixels: v.optional(numberBetween(0.01, 100, "a number from 0.01 to 100")),
  preserveColor: v.optional(flag, false),
  ...callEntries,
  onTile: v.optional(v.custom<NonNullable<StylizeOptions["onTile"]>>(isFunction, "a function")),
});

const wholeFromOne = wholeBetween(1, Number.MAX_SAFE_INTEGER, "a whole number of at least 1");

/** The devices of an option, for messages and help: those given, after `auto`. */
function deviceSchema(devices: readonly Device[]) {
  const options: readonly DeviceOption[] = ["auto", ...devices];
  return v.optional(v.picklist(options, `one of ${options.join(", ")}`), "auto");
}

const stylizerEntries = {
  device: deviceSchema(DEVICES),
  dtype: v.optional(oneOf(DTYPES), "fp32"),
  onProgress: callEntries.onProgress,
};

/** What a stylizer of the core is made of besides; the types say what these are. */
const PARTS = ["runtime", "bundle", "styleEncoder", "faceFinder", "signal"];

/** The largest photo that is read unless the user says otherwise, in pixels. */
export const USUAL_MAX_PIXELS = 64_000_000;

/** What a platform package takes in its `createStylizer` besides what both have. */
export interface PlatformOptions<Flag extends string> {
  /** The devices of the platform. */
  devices: readonly Device[];
  /** Options that are true or false, and what they are by default. */
  flags: Record<Flag, boolean>;
  /** Options that the platform judges by itself. */
  others: readonly string[];
}

/** {@link StylizerOptions} of a platform package with the defaults filled in. */
export type ParsedPlatformOptions<Flag extends string> = {
  device: DeviceOption;
  dtype: DType;
  threads: number | undefined;
  maxPixels: number;
  onProgress: StylizerOptions["onProgress"];
} & Record<Flag, boolean>;

/**
 * Looks at the options of a stylizer of the core at the door and fills in the defaults.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` naming the field, what was given and what is allowed.
 */
export function parseStylizerOptions(options: StylizerOptions): { device: DeviceOption; dtype: DType } {
  const { device, dtype } = parse(v.object(stylizerEntries), options, PARTS);
  return { device, dtype };
}

/**
 * Looks at the options of a platform's `createStylizer` at the door and fills in the defaults.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT` naming the field, what was given and what is allowed.
 */
export function parsePlatformOptions<Flag extends string>(
  options: StylizerOptions,
  { devices, flags, others }: PlatformOptions<Flag>,
): ParsedPlatformOptions<Flag> {
  const own = Object.entries<boolean>(flags).map(([name, usual]) => [name, v.optional(flag, usual)] as const);
  const schema = v.object({
    ...stylizerEntries,
    device: deviceSchema(devices),
    threads: v.optional(wholeFromOne),
    maxPixels: v.optional(wholeFromOne, USUAL_MAX_PIXELS),
    ...Object.fromEntries(own),
  });
  return {
    threads: undefined,
    onProgress: undefined,
    ...parse(schema, options, others),
  } as ParsedPlatformOptions<Flag>;
}

/** Looks at what calls without options of their own are given. @throws {MMFSError} `INVALID_ARGUMENT` */
export function parseLoadOptions(options: LoadOptions): LoadOptions {
  return parse(CallSchema, options);
}

/** Looks at the options of `preload`. @throws {MMFSError} `INVALID_ARGUMENT` */
export function parsePreloadOptions(options: PreloadOptions): LoadOptions & { prompts: boolean; references: boolean } {
  return parse(PreloadSchema, options);
}

/**
 * Looks at the options of a call at the door and fills in the defaults.
 *
 * @param options those of any package: what pictures are given as is not looked at.
 * @throws {MMFSError} `INVALID_ARGUMENT` naming the field, what was given and what is allowed.
 */
export function parseOptions(options: StylizeOptions<unknown>): ParsedOptions {
  const { signal: _signal, onProgress: _onProgress, ...output } = parse(OptionsSchema, options);
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

/** @param others names that are known and not looked at. */
function parse<Entries extends v.ObjectEntries>(
  schema: v.ObjectSchema<Entries, undefined>,
  options: unknown,
  others: readonly string[] = [],
) {
  if (!isObject(options)) {
    throw new MMFSError("INVALID_ARGUMENT", `The options must be an object; ${describe(options)} was given.`);
  }
  const known = [...Object.keys(schema.entries), ...others];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown !== undefined) throw unknownOption(unknown, known);
  const parsed = v.safeParse(schema, options);
  if (!parsed.success) throw invalid(parsed.issues[0]);
  return parsed.output;
}

function unknownOption(name: string, known: readonly string[]): MMFSError {
  const near = nearNames(name, known, 1);
  const guess = near.map((each) => ` Did you mean "${each}"?`).join("");
  return new MMFSError(
    "INVALID_ARGUMENT",
    `There is no option "${name}".${guess} The options are ${known.join(", ")}.`,
    { data: { option: name, near } },
  );
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
  const option = v.getDotPath(issue) ?? "options";
  return new MMFSError("INVALID_ARGUMENT", `${option} must be ${issue.message}; ${describe(issue.input)} was given.`, {
    data: { option },
  });
}

function describe(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `${value}n`;
  const text = (value instanceof Error ? undefined : JSON.stringify(value)) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
