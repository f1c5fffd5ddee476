const marker: unique symbol = Symbol.for("mmfs.error");

/** Everything that can go wrong, as a stable word that programs may switch on. */
export type MMFSErrorCode =
  /** An option has a wrong type or value. */
  | "INVALID_ARGUMENT"
  /** No face was found in the photo, or none that was asked for. */
  | "NO_FACE"
  /** The picture has more pixels than `maxPixels`, or more than the format allows. */
  | "IMAGE_TOO_LARGE"
  /** The bytes are not a picture, are damaged, or are of a format that is not accepted. */
  | "UNSUPPORTED_IMAGE"
  /** A file that was named does not exist or cannot be read. */
  | "FILE_NOT_READABLE"
  /** A file cannot be written. */
  | "FILE_NOT_WRITABLE"
  /** A remote address is not allowed, or it leads to a private network. */
  | "URL_NOT_ALLOWED"
  /** A picture could not be downloaded. */
  | "DOWNLOAD_FAILED"
  /** The manifest of a bundle is damaged or of an unknown version. */
  | "BUNDLE_INVALID"
  /** The bundle lacks a part that the call needs. */
  | "BUNDLE_PART_MISSING"
  /** A file of the bundle has another size or SHA-256 than its manifest says. */
  | "MODEL_INTEGRITY"
  /** A file of the bundle could not be fetched. */
  | "MODEL_DOWNLOAD"
  /** The runtime refused the model. */
  | "MODEL_LOAD"
  /** The runtime failed while it computed. */
  | "INFERENCE_FAILED"
  /** The style names no preset, and the bundle has no way to understand it. */
  | "STYLE_UNKNOWN"
  /** The text tower knows none of the words of a prompt. */
  | "PROMPT_NOT_UNDERSTOOD"
  /** A style code is damaged or was made for a network of another shape. */
  | "STYLE_INVALID"
  /** A style pack is damaged or of an unknown version. */
  | "PACK_INVALID"
  /** A style pack was tuned from another bundle. */
  | "PACK_MISMATCH"
  /** The device asked for cannot be used here. */
  | "DEVICE_UNAVAILABLE"
  /** The device was lost while it computed. */
  | "DEVICE_LOST"
  /** The checkpoint is damaged, hostile or not of an MMFS network. */
  | "CHECKPOINT_INVALID"
  /** The checkpoint holds something that is never read, such as code. */
  | "CHECKPOINT_UNSAFE"
  /** The stylizer was disposed. */
  | "DISPOSED"
  /** The platform has no build of the runtime. */
  | "UNSUPPORTED_PLATFORM";

/**
 * The base of all errors that MMFS throws. Its message is a sentence that says what to do.
 *
 * Compare with {@link MMFSError.isInstance} and `code`, never with `instanceof`: two copies of the package may be loaded.
 * An aborted call rejects with `signal.reason` instead, as the platform does.
 */
export class MMFSError extends Error {
  readonly [marker]: true = true;
  override readonly name = "MMFSError";
  readonly code: MMFSErrorCode;

  constructor(code: MMFSErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** True for an `MMFSError` of any copy of the package. */
  static isInstance(error: unknown): error is MMFSError {
    return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[marker] === true;
  }
}
