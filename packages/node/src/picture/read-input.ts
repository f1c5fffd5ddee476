import { type FileHandle, open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { MMFSError } from "@mmfs/core";
import type { FetchPictureOptions } from "../remote/fetch-picture.js";
import type { FileInput } from "./picture-input.js";

export interface ReadInputOptions {
  /** Allow `http:` and `https:` addresses. @default false */
  allowRemote?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** How addresses are resolved and judged; tests pass their own. */
  remote?: Pick<FetchPictureOptions, "lookup" | "isPublicAddress"> | undefined;
}

/** A file larger than this is no photo; reading it would only fill the memory. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

/**
 * The bytes of a picture file.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `FILE_NOT_READABLE`, `URL_NOT_ALLOWED`, `DOWNLOAD_FAILED`, `IMAGE_TOO_LARGE`
 */
export async function readInput(input: FileInput, options: ReadInputOptions = {}): Promise<Uint8Array> {
  options.signal?.throwIfAborted();
  if (typeof input === "string") {
    refuseAddressAsPath(input);
    return readPhotoFile(input, options.signal);
  }
  if (input instanceof URL) return readUrl(input, options);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (input instanceof Blob) return new Uint8Array(await input.arrayBuffer());
  throw new MMFSError(
    "INVALID_ARGUMENT",
    `A photo is given as a path, a Buffer, Uint8Array, ArrayBuffer, Blob or URL, or as pixels, { width, height, data }, not as ${describe(input)}.`,
  );
}

function refuseAddressAsPath(path: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1]?.toLowerCase();
  if (scheme === undefined || /^[a-z]:[\\/]/i.test(path)) return;
  if (scheme === "data") {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      "A string is taken for the path of a file. Decode the data: address and pass its bytes as a Buffer.",
    );
  }
  if (["http", "https", "file", "ftp", "blob"].includes(scheme)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `A string is taken for the path of a file, and ${JSON.stringify(path)} looks like an address. ` +
        `Pass new URL(…) for file: addresses, and set allowRemote: true as well for http: and https:.`,
    );
  }
}

async function readUrl(url: URL, options: ReadInputOptions): Promise<Uint8Array> {
  if (url.protocol === "file:") {
    let path: string;
    try {
      path = fileURLToPath(url);
    } catch (cause) {
      throw new MMFSError("INVALID_ARGUMENT", `${url.href} names no file on this machine.`, { cause });
    }
    return readPhotoFile(path, options.signal);
  }
  if (!options.allowRemote) {
    throw new MMFSError(
      "URL_NOT_ALLOWED",
      `Photos are not fetched from the network unless allowRemote: true is set (${url.protocol}//${url.host}).`,
      { data: { url: `${url.protocol}//${url.host}` } },
    );
  }
  const { fetchPicture } = await import("../remote/fetch-picture.js");
  return fetchPicture(url, { ...options.remote, signal: options.signal });
}

async function readPhotoFile(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new MMFSError("FILE_NOT_READABLE", `${path} is ${stats.isDirectory() ? "a folder" : "not a file"}.`, {
        data: { path },
      });
    }
    if (stats.size > MAX_FILE_BYTES) {
      throw new MMFSError("IMAGE_TOO_LARGE", `${path} has more than ${MAX_FILE_BYTES / 1024 / 1024} MiB.`, {
        data: { maxBytes: MAX_FILE_BYTES },
      });
    }
    return await file.readFile({ signal });
  } catch (cause) {
    signal?.throwIfAborted();
    if (MMFSError.isInstance(cause)) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : "cannot be read";
    throw new MMFSError("FILE_NOT_READABLE", `${path} ${reason}.`, { cause, data: { path } });
  } finally {
    await file?.close();
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? (value.constructor?.name ?? "an object") : typeof value;
}
