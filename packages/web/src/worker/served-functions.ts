import { createStyleEncoder } from "@mmfs/clip-mapper";
import {
  loadBundle,
  type OpenedStylizer,
  type ServedCall,
  type ServedFunction,
  Stylizer,
  stylizerFunctions,
} from "@mmfs/core";
import { bundleSource } from "../bundle/bundle-reference.js";
import { CachedSource } from "../bundle/cached-source.js";
import { decodePhoto } from "../picture/decode-photo.js";
import type { TravellingPhoto } from "../picture/travelling-photo.js";
import { WebRuntime } from "../runtime/web-runtime.js";
import type { StylizerReference } from "./stylizer-reference.js";

/** What the worker does. */
export function servedFunctions(): Record<string, ServedFunction> {
  return stylizerFunctions<StylizerReference, TravellingPhoto>({
    open: openStylizer,
    // Pixels are copied before they travel, and files are decoded here.
    ownsPhotos: true,
    async decode(photo, { maxPixels }, { signal, onProgress }) {
      onProgress({ type: "stage", stage: "decode", progress: 0 });
      return decodePhoto(photo, { maxPixels, signal });
    },
  });
}

async function openStylizer(reference: StylizerReference, { signal }: ServedCall): Promise<OpenedStylizer> {
  const { device, dtype, threads, runtimeUrl, cache } = reference;
  const source = bundleSource(reference.bundle, cache ? globalThis.caches : undefined);
  const bundle = await loadBundle(source, { signal });
  const runtime = await WebRuntime.create({ device, threads, runtimeUrl });
  const styleEncoder = await createStyleEncoder({ runtime, bundle, dtype });
  const stylizer = await Stylizer.create({ runtime, bundle, device, dtype, styleEncoder });
  return {
    stylizer,
    warnings: () => [...runtime.warnings(stylizer.device), ...(source instanceof CachedSource ? source.warnings : [])],
    async dispose() {
      await stylizer.dispose();
      await styleEncoder.dispose();
      await runtime.dispose();
    },
  };
}
