import { type Manifest, MMFSError } from "@mmfs/core";
import { bundleReference } from "../bundle/bundle-reference.js";
import { connectPage } from "../worker/connect-page.js";
import { connectWorker } from "../worker/connect-worker.js";
import type { StylizerReference } from "../worker/stylizer-reference.js";
import { WorkerClient } from "../worker/worker-client.js";
import type { StylizerOptions } from "./options.js";
import { Stylizer } from "./stylizer.js";

const MAX_PIXELS = 64_000_000;

let lastId = 0;

/**
 * Opens a bundle for many photos. The networks are fetched and loaded by the first call that needs them, or by `preload`.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `MODEL_DOWNLOAD`, `FILE_NOT_READABLE` or `BUNDLE_INVALID` if there is no bundle,
 * `UNSUPPORTED_PLATFORM` outside of a browser.
 */
export async function createStylizer(options: StylizerOptions = {}): Promise<Stylizer> {
  const { device = "auto", dtype = "fp32", threads, maxPixels = MAX_PIXELS, worker = true, cache = true } = options;
  oneOf("device", device, ["auto", "webgpu", "wasm"]);
  oneOf("dtype", dtype, ["fp32", "fp16", "int8"]);
  if (threads !== undefined) wholeNumber("threads", threads);
  wholeNumber("maxPixels", maxPixels);
  if (globalThis.document === undefined && globalThis.location === undefined) {
    throw new MMFSError(
      "UNSUPPORTED_PLATFORM",
      "@mmfs/web computes in browsers: call it on the client's side, and on a server use @mmfs/node.",
    );
  }
  lastId += 1;
  const reference: StylizerReference = {
    id: lastId,
    bundle: await bundleReference(options.bundle),
    device,
    dtype,
    threads,
    maxPixels,
    runtimeUrl: options.runtimeUrl === undefined ? undefined : folderUrl(options.runtimeUrl),
    cache,
  };
  const client = new WorkerClient(worker ? connectWorker : connectPage);
  try {
    const bundle = await client.call<Manifest>("open", reference, { onProgress: options.onProgress });
    return new Stylizer({ client, inWorker: worker, reference, bundle, onProgress: options.onProgress });
  } catch (error) {
    client.terminate();
    throw error;
  }
}

function folderUrl(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(address, base)) {
    throw new MMFSError("INVALID_ARGUMENT", `runtimeUrl is the address of a folder, not ${JSON.stringify(address)}.`);
  }
  const { href } = new URL(address, base);
  return href.endsWith("/") ? href : `${href}/`;
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is one of ${allowed.join(", ")}, not ${JSON.stringify(value)}.`);
}

function wholeNumber(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is a whole number of at least 1, not ${value}.`);
}
