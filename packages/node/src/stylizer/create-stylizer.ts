import { parsePlatformOptions, RemoteStylizer } from "@mmfs/core/internal";
import { bundleFolder } from "../bundle/bundle-folder.js";
import { loadSharp } from "../picture/load-sharp.js";
import { takeInput } from "../picture/take-input.js";
import { NODE_DEVICES } from "../runtime/node-devices.js";
import { joinThread, leaveThread } from "../worker/shared-thread.js";
import type { StylizerOptions } from "./options.js";
import { writable } from "./result.js";
import type { Stylizer } from "./stylizer.js";
import type { StylizerReference } from "./stylizer-reference.js";

/**
 * Opens a bundle for many photos. The networks are loaded by the first call that needs them, or by `preload`. The first
 * stylizer of a process loads sharp, which blocks the event loop for some 60 ms; no later call does.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `FILE_NOT_READABLE` or `BUNDLE_INVALID` if there is no bundle.
 */
export async function createStylizer(options: StylizerOptions = {}): Promise<Stylizer> {
  const { device, dtype, threads, maxPixels, allowRemote, onProgress } = parsePlatformOptions(options, {
    devices: NODE_DEVICES,
    flags: { allowRemote: false },
    others: ["bundle"],
  });
  const bundle = await bundleFolder(options.bundle);
  const reference: Omit<StylizerReference, "id"> = { bundle, device, dtype, threads };
  return RemoteStylizer.open({
    client: joinThread(),
    reference,
    onProgress,
    // One photo is computed and the next decoded meanwhile; more would only fill the memory.
    atOnce: 2,
    // sharp is loaded here, so that no later call blocks the event loop with it.
    meanwhile: loadSharp(),
    take: (input, load) => takeInput(input, { allowRemote, maxPixels, ...load }),
    output: writable,
    closes: true,
    leave: leaveThread,
  });
}
