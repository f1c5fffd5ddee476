import * as v from "valibot";
import { describeIssues } from "../errors/describe-issues.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { decodeFloats, encodeFloats } from "./base64-floats.js";
import { checkStyleCode } from "./check-style-code.js";
import { STYLE_LAYERS, StyleCode, type StyleOrigin } from "./style-code.js";

/** The version of the style code format that this package writes; it reads it and all before. */
export const STYLE_CODE_VERSION = 1;

const SimpleOriginSchema = v.variant("type", [
  v.object({ type: v.literal("preset"), name: v.string() }),
  v.object({ type: v.literal("seed"), seed: v.number() }),
  v.object({ type: v.literal("text"), prompt: v.string() }),
  v.object({ type: v.literal("image") }),
  v.object({ type: v.literal("pack"), name: v.string() }),
  v.object({ type: v.literal("file") }),
]);

const FileSchema = v.object({
  format: v.literal("mmfs-style"),
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  layers: v.literal(STYLE_LAYERS),
  dim: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65536)),
  origin: v.optional(
    v.union([SimpleOriginSchema, v.object({ type: v.literal("mixture"), of: v.array(SimpleOriginSchema) })]),
  ),
  values: v.string(),
});

/** The text of a style code file; the format is described in `docs/style-code-format.md`. */
export function serializeStyleCode(code: StyleCode): string {
  checkStyleCode(code);
  const { layers, dim, origin, values } = code;
  const file = { format: "mmfs-style", version: STYLE_CODE_VERSION, layers, dim, origin, values: encodeFloats(values) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Reads a style code file.
 *
 * @throws {MMFSError} `STYLE_INVALID` if the text is damaged or was written in a newer format.
 */
export function parseStyleCode(text: string): StyleCode {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MMFSError("STYLE_INVALID", "The style code file is not JSON; save the style again.", { cause });
  }
  const parsed = v.safeParse(FileSchema, json);
  if (!parsed.success) {
    throw new MMFSError("STYLE_INVALID", `The style code file is damaged: ${describeIssues(parsed.issues)}.`);
  }
  const { version, layers, dim, origin, values } = parsed.output;
  if (version > STYLE_CODE_VERSION) {
    throw new MMFSError(
      "STYLE_INVALID",
      `The style code file has version ${version}, made by a newer version of MMFS; this one reads up to ${STYLE_CODE_VERSION}. Update @mmfs/core.`,
    );
  }
  const numbers = decodeFloats(values);
  if (numbers?.length !== layers * dim) {
    throw new MMFSError(
      "STYLE_INVALID",
      `The style code file is damaged: values must be base64 of ${layers * dim} finite little-endian float32 numbers.`,
    );
  }
  return new StyleCode(numbers, layers, dim, (origin as StyleOrigin | undefined) ?? { type: "file" });
}
