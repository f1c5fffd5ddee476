import { MMFSError } from "@mmfs/core";
import { parsePlatformOptions, RemoteStylizer, WorkerClient } from "@mmfs/core/internal";
import { bundleReference } from "../bundle/bundle-reference.js";
import { takeInput } from "../picture/take-input.js";
import { transferOf } from "../picture/travelling-photo.js";
import { WEB_DEVICES } from "../runtime/web-devices.js";
import { connectPage } from "../worker/connect-page.js";
import { connectWorker } from "../worker/connect-worker.js";
import type { StylizerOptions } from "./options.js";
import { showable } from "./result.js";
import type { Stylizer } from "./stylizer.js";
import type { StylizerReference } from "./stylizer-reference.js";

/**
 * Opens a bundle for many photos. The networks are fetched and loaded by the first call that needs them, or by `preload`.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `MODEL_DOWNLOAD`, `FILE_NOT_READABLE` or `BUNDLE_INVALID` if there is no bundle,
 * `UNSUPPORTED_PLATFORM` outside of a browser.
 */
export async function createStylizer(options: StylizerOptions = {}): Promise<Stylizer> {
  const { worker, cache, device, dtype, threads, maxPixels, onProgress } = parsePlatformOptions(options, {
    devices: WEB_DEVICES,
    flags: { worker: true, cache: true },
    others: ["bundle", "runtimeUrl"],
  });
  if (globalThis.document === undefined && globalThis.location === undefined) {
    throw new MMFSError(
      "UNSUPPORTED_PLATFORM",
      "@mmfs/web computes in browsers: call it on the client's side, and on a server use @mmfs/node.",
    );
  }
  const runtimeUrl = options.runtimeUrl === undefined ? undefined : folderUrl(options.runtimeUrl);
  const bundle = await bundleReference(options.bundle);
  const reference: Omit<StylizerReference, "id"> = { bundle, device, dtype, threads, maxPixels, runtimeUrl, cache };
  const client = new WorkerClient(worker ? connectWorker : connectPage);
  return RemoteStylizer.open({
    client,
    reference,
    onProgress,
    async take(input) {
      const photo = await takeInput(input);
      return { photo, transfer: transferOf(photo) };
    },
    output: showable,
    // The end of a worker frees all that it has, and at once; the page has to free it by itself.
    closes: !worker,
    leave: () => client.terminate(),
  });
}

function folderUrl(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (!URL.canParse(address, base)) {
    throw new MMFSError("INVALID_ARGUMENT", `runtimeUrl is the address of a folder, not ${JSON.stringify(address)}.`);
  }
  const { href } = new URL(address, base);
  return href.endsWith("/") ? href : `${href}/`;
}
