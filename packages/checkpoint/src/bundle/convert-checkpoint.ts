import { MMFSError } from "@mmfs/core";
import type { ConvertOptions } from "./convert-options.js";

/**
 * Turns the bytes of a checkpoint into the files of a bundle, by path, `mmfs.json` among them.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, `CHECKPOINT_UNSAFE`, `INVALID_ARGUMENT`
 */
export async function convertCheckpoint(bytes: Uint8Array, options: ConvertOptions = {}): Promise<Map<string, Uint8Array>> {
  options.signal?.throwIfAborted();
  throw new MMFSError("CHECKPOINT_INVALID", `No reader takes these ${bytes.length} bytes yet.`);
}
