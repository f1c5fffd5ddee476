import * as v from "valibot";

/** The version of the bundle format that this package writes and reads. */
export const BUNDLE_FORMAT = 1;

/** The name of the manifest inside a bundle's folder. */
export const MANIFEST_NAME = "mmfs.json";

/** The parts a bundle may have; see the table of graphs in the architecture guide. */
export const BUNDLE_PARTS = [
  "encoder",
  "decoder",
  "mapping",
  "mapper",
  "textTower",
  "tokenizer",
  "imageTower",
  "faceDetector",
  "faceLandmarks",
  "personMatte",
  "presets",
] as const;

export type BundlePart = (typeof BUNDLE_PARTS)[number];

const RelativePath = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(255),
  v.check(
    (path) =>
      !/[\\:\0]/.test(path) &&
      !path.startsWith("/") &&
      path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== ".."),
    "a path must be relative, with forward slashes, and stay inside the bundle",
  ),
);

export const BundleFileSchema = v.object({
  path: RelativePath,
  bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hexadecimal digits")),
});

const PartSchema = v.object({
  ...BundleFileSchema.entries,
  /** Other precisions of the same graph. */
  variants: v.optional(v.object({ fp16: v.optional(BundleFileSchema), int8: v.optional(BundleFileSchema) })),
});

const positive = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65536));

export const NetworkSchema = v.object({
  /** S: side of the square picture in pixels, a multiple of 16. */
  size: v.pipe(positive, v.multipleOf(16)),
  /** ngf: channels at full resolution. */
  baseWidth: positive,
  /** D: numbers in one row of w+. */
  styleDim: positive,
  /** L: rows of w+. */
  styleLayers: v.literal(10),
});

export const ManifestSchema = v.object({
  format: v.literal(BUNDLE_FORMAT),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  description: v.optional(v.string()),
  /** SPDX identifier or a sentence on the terms of the weights. */
  license: v.string(),
  /** Where the weights come from: data, checkpoint, tool. */
  provenance: v.optional(v.record(v.string(), v.string())),
  network: NetworkSchema,
  parts: v.object(Object.fromEntries(BUNDLE_PARTS.map((part) => [part, v.optional(PartSchema)])) as PartEntries),
});

type PartEntries = Record<BundlePart, v.OptionalSchema<typeof PartSchema, undefined>>;

/** What `mmfs.json` says of a bundle. */
export type Manifest = v.InferOutput<typeof ManifestSchema>;
/** A file of a bundle with its size and SHA-256. */
export type BundleFile = v.InferOutput<typeof BundleFileSchema>;
/** The sizes of a bundle's network. */
export type NetworkShape = Manifest["network"];
