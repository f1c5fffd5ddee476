import type { Checkpoint } from "./checkpoint.js";
import { invalid } from "./refusal.js";
import { readSafetensors } from "./safetensors.js";
import { readTorchArchive } from "./torch-archive.js";
import { LEGACY_START, readTorchLegacy } from "./torch-legacy.js";

/**
 * Reads a checkpoint: a `.pth` or `.pt` of PyTorch (zip archive or legacy pickle) or a `.safetensors`, recognised by
 * its first bytes.
 *
 * The file may come from anyone. Nothing in it is executed, and reading takes at most 64 MB beside the file itself;
 * tensors are converted one by one when they are asked for.
 *
 * @param bytes the whole file; tensors look into it, so leave it unchanged while they are in use
 * @throws {MMFSError} `CHECKPOINT_INVALID` if the file is damaged, `CHECKPOINT_UNSAFE` if it asks for code to be run
 */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  if (startsWith(bytes, [0x50, 0x4b])) return readTorchArchive(bytes);
  if (startsWith(bytes, LEGACY_START)) return readTorchLegacy(bytes);
  // eight bytes of length, then the brace that every header begins with
  if (bytes[8] === 0x7b) return readSafetensors(bytes);
  if (startsWith(bytes, [0x80])) return readTorchLegacy(bytes);
  if (startsWith(bytes, [0x3c])) throw invalid("it is a web page; the download link led to a page instead of the file");
  throw invalid("it is neither a PyTorch archive (.pth, .pt) nor a safetensors file");
}

function startsWith(bytes: Uint8Array, start: ArrayLike<number>): boolean {
  return bytes.length >= start.length && Array.from(start).every((byte, i) => bytes[i] === byte);
}
