import { MMFSError } from "@mmfs/core";
import { bundleFolder } from "../bundle/bundle-folder.js";
import type { StylizerOptions } from "./options.js";
import { Stylizer } from "./stylizer.js";

const MAX_PIXELS = 64_000_000;

let lastId = 0;

/**
 * Opens a bundle for many photos. The networks are loaded by the first call that needs them, or by `preload`. The first
 * stylizer of a process loads sharp, which blocks the event loop for some 60 ms; no later call does.
 *
 * @throws {MMFSError} `INVALID_ARGUMENT`, `FILE_NOT_READABLE` or `BUNDLE_INVALID` if there is no bundle.
 */
export async function createStylizer(options: StylizerOptions = {}): Promise<Stylizer> {
  const { device = "auto", dtype = "fp32", threads, maxPixels = MAX_PIXELS, allowRemote = false, onProgress } = options;
  oneOf("device", device, ["auto", "cpu", "webgpu", "cuda", "coreml", "dml"]);
  oneOf("dtype", dtype, ["fp32", "fp16", "int8"]);
  if (threads !== undefined) wholeNumber("threads", threads);
  wholeNumber("maxPixels", maxPixels);
  lastId += 1;
  return Stylizer.open({
    id: lastId,
    bundle: await bundleFolder(options.bundle),
    device,
    dtype,
    threads,
    maxPixels,
    allowRemote,
    onProgress,
  });
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is one of ${allowed.join(", ")}, not ${JSON.stringify(value)}.`);
}

function wholeNumber(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new MMFSError("INVALID_ARGUMENT", `${name} is a whole number of at least 1, not ${value}.`);
}
