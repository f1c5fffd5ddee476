import { invalid } from "./refusal.js";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @throws {MMFSError} `CHECKPOINT_INVALID` if the bytes are not UTF-8; `what` says whose they are */
export function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw invalid(`${what} is not UTF-8`, cause);
  }
}
