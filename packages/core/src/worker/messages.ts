import type { PaintedTile, ProgressEvent } from "../stylizer/options.js";
import type { SerializedError } from "./serialize-error.js";

/** What the caller's thread sends. */
export type Request =
  | { type: "call"; id: number; method: string; argument: unknown }
  | { type: "abort"; id: number }
  /** What a call was asked for; undefined where it has no such bytes. */
  | { type: "bytes"; id: number; bytes: Uint8Array | undefined };

/** What the worker thread answers. */
export type Reply =
  | { type: "progress"; id: number; event: ProgressEvent }
  | { type: "tile"; id: number; tile: PaintedTile }
  /** The call names bytes that the worker does not hold. */
  | { type: "want"; id: number; sha256: string }
  | { type: "result"; id: number; value: unknown }
  | { type: "error"; id: number; error: SerializedError };
