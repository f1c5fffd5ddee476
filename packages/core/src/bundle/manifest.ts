import * as v from "valibot";
import type { DType } from "../runtime/runtime.js";

/** The version of the bundle format that this package writes. It reads format 1, whose graphs are of one size, as well. */
export const BUNDLE_FORMAT = 2;

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

/** A file of a bundle with its size and SHA-256. */
export interface BundleFile {
  /** Relative to the bundle's folder, with forward slashes. */
  path: string;
  bytes: number;
  /** In lower-case hexadecimal digits. */
  sha256: string;
}

/** What `mmfs.json` says of a bundle, the same for every format. One of format 2 may be written as JSON as it is. */
export interface Manifest {
  format: 1 | typeof BUNDLE_FORMAT;
  name: string;
  description?: string | undefined;
  /** SPDX identifier or a sentence on the terms of the weights. */
  license: string;
  /** Where the weights come from: data, checkpoint, tool. */
  provenance?: Record<string, string> | undefined;
  network: NetworkShape;
  parts: { [Part in BundlePart]?: (BundleFile & { variants?: Variants | undefined }) | undefined };
}

/** Other precisions of the same graph. */
type Variants = { [Other in Exclude<DType, "fp32">]?: BundleFile | undefined };

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

const variants = { fp16: v.optional(BundleFileSchema), int8: v.optional(BundleFileSchema) } satisfies Record<
  Exclude<DType, "fp32">,
  v.GenericSchema
>;

const PartSchema = v.object({
  ...BundleFileSchema.entries,
  /** Other precisions of the same graph. */
  variants: v.optional(v.object(variants)),
});

const positive = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65536));

/** Smallest and largest side in pixels that a face's square may have for a network of any size. */
export const RESOLUTIONS = { least: 128, most: 1024, step: 16 } as const;

/** The sizes of a bundle's network, whatever the format of its manifest. */
export interface NetworkShape {
  /** ngf: channels at full resolution. */
  baseWidth: number;
  /** D: numbers in one row of w+. */
  styleDim: number;
  /** L: rows of w+. */
  styleLayers: 10;
  /** Whether the encoder gives `features_8` and `features_4` beside `features`, and the decoder takes them. */
  detail: boolean;
  /**
   * Sides in pixels that a face's square has for the network: by default, and where pictures have to come at once.
   * Multiples of 16 from 128 to 1024; in format 1 both are the one size of the graphs.
   */
  resolution: { default: number; live: number };
  /** The side in pixels, a multiple of 16, of the only pictures that the graphs take. Without it they take any. */
  fixedSize?: number;
}

const widths = { baseWidth: positive, styleDim: positive, styleLayers: v.literal(10) };

export const FixedNetworkSchema = v.object({ size: v.pipe(positive, v.multipleOf(RESOLUTIONS.step)), ...widths });

export const FreeNetworkSchema = v.object({ ...widths, detail: v.optional(v.boolean(), false) });

const Side = v.pipe(
  v.number(),
  v.multipleOf(RESOLUTIONS.step),
  v.minValue(RESOLUTIONS.least),
  v.maxValue(RESOLUTIONS.most),
);

const manifestEntries = {
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  description: v.optional(v.string()),
  /** SPDX identifier or a sentence on the terms of the weights. */
  license: v.string(),
  /** Where the weights come from: data, checkpoint, tool. */
  provenance: v.optional(v.record(v.string(), v.string())),
  parts: v.object(Object.fromEntries(BUNDLE_PARTS.map((part) => [part, v.optional(PartSchema)])) as PartEntries),
};

export const ManifestSchema = v.variant("format", [
  v.object({
    format: v.literal(1),
    ...manifestEntries,
    network: v.pipe(
      FixedNetworkSchema,
      v.transform(({ size, ...shape }): NetworkShape => {
        return { ...shape, detail: false, resolution: { default: size, live: size }, fixedSize: size };
      }),
    ),
  }),
  v.object({
    format: v.literal(BUNDLE_FORMAT),
    ...manifestEntries,
    network: v.pipe(
      v.object({ ...FreeNetworkSchema.entries, resolution: v.object({ default: Side, live: Side }) }),
      v.transform((shape): NetworkShape => shape),
    ),
  }),
]);

type PartEntries = Record<BundlePart, v.OptionalSchema<typeof PartSchema, undefined>>;
