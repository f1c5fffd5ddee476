import { MMFSError } from "../errors/mmfs-error.js";

/** The SHA-256 of some bytes in lower-case hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new MMFSError(
      "INSECURE_CONTEXT",
      "Files cannot be verified here, because crypto.subtle is missing. In a browser, serve the page over https or from localhost.",
    );
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
