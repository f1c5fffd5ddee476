import { createStyleEncoder } from "@mmfs/clip-mapper";
import { loadBundle, Stylizer } from "@mmfs/core";
import type { OpenedStylizer, ServedCall } from "@mmfs/core/internal";
import { bundleSource } from "../bundle/bundle-reference.js";
import { CachedSource } from "../bundle/cached-source.js";
import { WebRuntime } from "../runtime/web-runtime.js";
import type { StylizerReference } from "./stylizer-reference.js";

/** Makes the core's stylizer of a reference, on onnxruntime-web and with the bundle of an address or of files. */
export async function openStylizer(reference: StylizerReference, { signal }: ServedCall): Promise<OpenedStylizer> {
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
