import { type BundlePart, type DType, loadBundle, type ProgressEvent } from "@mmfs/core";
import { sha256 } from "@mmfs/core/internal";
import { type BundleInput, bundleReference, bundleSource } from "./bundle-reference.js";
import { CACHE_NAME, CachedSource } from "./cached-source.js";

export interface BundleCacheOptions {
  /** @default the bundle of `@mmfs/model-mini` */
  bundle?: BundleInput | undefined;
  /** The variant of each part, where the bundle has it. @default "fp32" */
  dtype?: DType | undefined;
  /** Where copies are kept. @default the browser's */
  caches?: CacheStorage | undefined;
}

/**
 * True if every part of a bundle is kept, undamaged, so that it works without a network. Nothing is fetched. Files that the user gave
 * need no copy.
 */
export async function isCached(options: BundleCacheOptions = {}): Promise<boolean> {
  const source = await open(options);
  if (!(source instanceof CachedSource)) return source !== undefined;
  const manifest = await source.keptManifest();
  if (manifest === undefined) return false;
  for (const part of Object.values(manifest.parts)) {
    const file = part && ((options.dtype && options.dtype !== "fp32" && part.variants?.[options.dtype]) || part);
    const kept = file && (await source.keptFile(file));
    if (file && (kept === undefined || (await sha256(kept)) !== file.sha256)) return false;
  }
  return true;
}

/**
 * Fetches a bundle, checks it and keeps it, so that it works without a network. No graph is loaded.
 *
 * @param options.onProgress told of the bytes of each file.
 * @throws {MMFSError} `MODEL_DOWNLOAD`, `MODEL_INTEGRITY`, `BUNDLE_INVALID`. An aborted call rejects with `signal.reason`.
 */
export async function preload(
  options: BundleCacheOptions & {
    signal?: AbortSignal | undefined;
    onProgress?: ((event: ProgressEvent) => void) | undefined;
  } = {},
): Promise<void> {
  const { dtype, signal, onProgress } = options;
  const reference = await bundleReference(options.bundle);
  const source = bundleSource(reference, options.caches ?? globalThis.caches);
  const bundle = await loadBundle(source, { signal });
  for (const [name, part] of Object.entries(bundle.manifest.parts)) {
    if (part === undefined) continue;
    const { path: file, bytes } = (dtype && dtype !== "fp32" && part.variants?.[dtype]) || part;
    const report = (loaded: number) => onProgress?.({ type: "download", file, loaded, total: bytes });
    await bundle.part(name as BundlePart, { dtype, signal, onProgress: report });
  }
}

/** Deletes the kept copies of a bundle, or of all bundles where none is named. */
export async function clearCache(options: Pick<BundleCacheOptions, "bundle" | "caches"> = {}): Promise<void> {
  const caches = options.caches ?? globalThis.caches;
  if (options.bundle === undefined) await caches?.delete(CACHE_NAME);
  else {
    const source = await open(options);
    if (source instanceof CachedSource) await source.clear();
  }
}

async function open({ bundle, caches = globalThis.caches }: BundleCacheOptions) {
  const reference = await bundleReference(bundle);
  if (reference.type !== "files" && caches === undefined) return undefined;
  return bundleSource(reference, caches);
}
