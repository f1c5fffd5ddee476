import type { BundlePart } from "../bundle/manifest.js";
import type { Device } from "../runtime/runtime.js";

const marker: unique symbol = Symbol.for("mmfs.error");

/** Everything that can go wrong, as stable words that programs may switch on; docs/errors.md says what to do about each. */
export const ERROR_CODES = [
  /** An option has a wrong type or value. */
  "INVALID_ARGUMENT",
  /** No face was found in the photo, or none that was asked for. */
  "NO_FACE",
  /** The picture has more pixels than `maxPixels`, or more than the format allows. */
  "IMAGE_TOO_LARGE",
  /** The bytes are not a picture, are damaged, or are of a format that is not accepted. */
  "UNSUPPORTED_IMAGE",
  /** A file that was named does not exist or cannot be read. */
  "FILE_NOT_READABLE",
  /** A file cannot be written. */
  "FILE_NOT_WRITABLE",
  /** The browser does not write pictures of the format. */
  "FORMAT_NOT_WRITABLE",
  /** A remote address is not allowed, or it leads to a private network. */
  "URL_NOT_ALLOWED",
  /** What shows the picture took it from another site that does not let its pixels be read. */
  "CROSS_ORIGIN_PICTURE",
  /** A picture could not be downloaded. */
  "DOWNLOAD_FAILED",
  /** No bundle was named, and the default one is not installed. */
  "BUNDLE_NOT_INSTALLED",
  /** The manifest of a bundle is damaged or of an unknown version, or a part of it is not what the format says. */
  "BUNDLE_INVALID",
  /** The bundle lacks a part that the call needs. */
  "BUNDLE_PART_MISSING",
  /** A file of the bundle has another size or SHA-256 than its manifest says. */
  "MODEL_INTEGRITY",
  /** A file of the bundle could not be fetched. */
  "MODEL_DOWNLOAD",
  /** The runtime refused the model. */
  "MODEL_LOAD",
  /** The runtime failed while it computed. */
  "INFERENCE_FAILED",
  /** The worker that computes could not be started, or it ended in the middle of the call. */
  "WORKER_FAILED",
  /** The style names no preset, and the bundle has no way to understand it. */
  "STYLE_UNKNOWN",
  /** The text tower knows none of the words of a prompt. */
  "PROMPT_NOT_UNDERSTOOD",
  /** A style code is damaged or was made for a network of another shape. */
  "STYLE_INVALID",
  /** A style pack is damaged or of an unknown version. */
  "PACK_INVALID",
  /** A style pack was tuned from another bundle. */
  "PACK_MISMATCH",
  /** The device asked for cannot be used here. */
  "DEVICE_UNAVAILABLE",
  /** The device was lost while it computed. */
  "DEVICE_LOST",
  /** The files of the runtime could not be loaded or started. */
  "RUNTIME_NOT_LOADED",
  /** Files cannot be verified, because the page is served neither over https nor from localhost. */
  "INSECURE_CONTEXT",
  /** The checkpoint is damaged, hostile or not of an MMFS network. */
  "CHECKPOINT_INVALID",
  /** The checkpoint holds something that is never read, such as code. */
  "CHECKPOINT_UNSAFE",
  /** The stylizer was disposed. */
  "DISPOSED",
  /** The package or a native library of it does not run on this platform. */
  "UNSUPPORTED_PLATFORM",
] as const;

/** What went wrong, as a stable word that programs may switch on. */
export type MMFSErrorCode = (typeof ERROR_CODES)[number];

/** The codes with which the calls of a stylizer may reject: all but those of files that are written, packs and checkpoints. */
export type StylizeErrorCode = Exclude<
  MMFSErrorCode,
  "FILE_NOT_WRITABLE" | "FORMAT_NOT_WRITABLE" | "PACK_INVALID" | "CHECKPOINT_INVALID" | "CHECKPOINT_UNSAFE"
>;

/** What the errors of a code tell programs besides the message. Codes that are not here have no data. */
interface DataByCode {
  /** The option, and those that have a name like the one that was given. */
  INVALID_ARGUMENT: { option?: string; near?: readonly string[] };
  /** How many faces were found in all. */
  NO_FACE: { facesFound?: number };
  /** The size in pixels and the largest that is accepted, or the largest number of bytes. */
  IMAGE_TOO_LARGE: { width?: number; height?: number; maxPixels?: number; maxBytes?: number };
  /** The format, where it is one that is known and refused. */
  UNSUPPORTED_IMAGE: { format?: string };
  FILE_NOT_READABLE: { path?: string };
  FILE_NOT_WRITABLE: { path: string };
  FORMAT_NOT_WRITABLE: { format: string };
  URL_NOT_ALLOWED: { url: string };
  /** The status that the server answered with, where it answered. */
  DOWNLOAD_FAILED: { url: string; status?: number };
  BUNDLE_PART_MISSING: { part: BundlePart };
  /** The file, relative to the bundle's folder. */
  MODEL_INTEGRITY: { path: string };
  /** The status that the server answered with, where it answered. */
  MODEL_DOWNLOAD: { url: string; status?: number };
  INFERENCE_FAILED: { device?: Device };
  /** Presets with names like the one that was given. */
  STYLE_UNKNOWN: { near?: readonly string[] };
  /** The name of the bundle that the pack does not fit, and of the one that it was tuned from, where it tells. */
  PACK_MISMATCH: { bundle: string; base?: string };
  DEVICE_UNAVAILABLE: { device?: Device };
  DEVICE_LOST: { device?: Device };
}

/** What the errors of a code tell programs besides the message; an empty object for most. */
export type MMFSErrorData<Code extends MMFSErrorCode = MMFSErrorCode> = Code extends keyof DataByCode
  ? Readonly<DataByCode[Code]>
  : Readonly<Record<string, never>>;

type Details<Code extends MMFSErrorCode> =
  Record<string, never> extends MMFSErrorData<Code>
    ? [details?: { cause?: unknown; data?: MMFSErrorData<Code> | undefined }]
    : [details: { cause?: unknown; data: MMFSErrorData<Code> }];

type AnyMMFSError = { [Code in MMFSErrorCode]: MMFSError<Code> }[MMFSErrorCode];

/**
 * The base of all errors that MMFS throws. Its message is a sentence that says what to do.
 *
 * {@link MMFSError.isInstance} and `instanceof` know the errors of any copy of the package, and with `code` the type of `data`.
 * An aborted call rejects with `signal.reason` instead, as the platform does.
 */
export class MMFSError<Code extends MMFSErrorCode = MMFSErrorCode> extends Error {
  readonly [marker]: true = true;
  override readonly name = "MMFSError";
  readonly code: Code;
  /** Typed by the code: `if (error.code === "IMAGE_TOO_LARGE") resize(photo, error.data.maxPixels)`. */
  readonly data: MMFSErrorData<Code>;

  constructor(code: Code, message: string, ...[details]: Details<Code>) {
    super(message, details && "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.data = details?.data ?? ({} as MMFSErrorData<Code>);
  }

  /** True for an `MMFSError` of any copy of the package. */
  static isInstance(error: unknown): error is AnyMMFSError {
    return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[marker] === true;
  }

  static override [Symbol.hasInstance](error: unknown): error is AnyMMFSError {
    return MMFSError.isInstance(error);
  }
}
