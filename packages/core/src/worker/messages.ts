import type { PaintedTile, ProgressEvent } from "../stylizer/options.js";
import type { SerializedError } from "./serialize-error.js";

/** What the caller's thread sends. */
export type Request = { type: "call"; id: number; method: string; argument: unknown } | { type: "abort"; id: number };

/** What the worker thread answers. */
export type Reply =
  | { type: "progress"; id: number; event: ProgressEvent }
  | { type: "tile"; id: number; tile: PaintedTile }
  | { type: "result"; id: number; value: unknown }
  | { type: "error"; id: number; error: SerializedError };
