import { type BundleFile, type BundleSource, type Manifest, MMFSError, type ReadOptions } from "@mmfs/core";
import { MANIFEST_NAME, parseManifest } from "@mmfs/core/internal";
import type { UrlSource } from "./url-source.js";

/** The name of the cache in Cache Storage. */
export const CACHE_NAME = "mmfs-bundles-1";

/**
 * Keeps the files of a bundle in Cache Storage, by their SHA-256: a bundle that moves, or changes in part, is fetched only where it is
 * new, and what its manifest no longer names is deleted. The manifest is asked for anew each time, and the copy is read without a
 * network. Where nothing can be kept, for want of room or of permission, the files are only fetched.
 */
export class CachedSource implements BundleSource {
  readonly location: string;
  readonly #source: UrlSource;
  readonly #caches: CacheStorage;
  #files = new Map<string, BundleFile>();
  #failure: string | undefined;

  constructor(source: UrlSource, caches: CacheStorage) {
    this.location = source.location;
    this.#source = source;
    this.#caches = caches;
  }

  /** Why copies cannot be kept, once that is known. */
  get warnings(): string[] {
    return this.#failure === undefined ? [] : [this.#failure];
  }

  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    if (path === MANIFEST_NAME) return this.#readManifest(options);
    const key = this.#keyOf(path);
    const kept = key && (await this.#match(key));
    options.signal?.throwIfAborted();
    if (kept) {
      options.onProgress?.(kept.byteLength, kept.byteLength);
      return kept;
    }
    const bytes = await this.#source.read(path, options);
    if (key) await this.#keep(key, bytes);
    return bytes;
  }

  async discard(path: string): Promise<void> {
    const key = this.#keyOf(path);
    if (key) await this.#use((cache) => cache.delete(key));
  }

  /** The bundle's manifest as it was kept, without asking the network. */
  async keptManifest(): Promise<Manifest | undefined> {
    const bytes = await this.#match(this.#source.address(MANIFEST_NAME));
    if (bytes === undefined) return undefined;
    try {
      return this.#learn(bytes);
    } catch {
      return undefined;
    }
  }

  /** The kept copy of a file that {@link keptManifest} names. */
  async keptFile({ sha256 }: BundleFile): Promise<Uint8Array | undefined> {
    return this.#match(addressOf(sha256));
  }

  /** Deletes all that is kept of this bundle. */
  async clear(): Promise<void> {
    const manifest = await this.keptManifest();
    await this.#use(async (cache) => {
      for (const { sha256 } of manifest ? filesOf(manifest) : []) await cache.delete(addressOf(sha256));
      await cache.delete(this.#source.address(MANIFEST_NAME));
    });
  }

  async #readManifest(options: ReadOptions): Promise<Uint8Array> {
    const address = this.#source.address(MANIFEST_NAME);
    let bytes: Uint8Array;
    try {
      bytes = await this.#source.read(MANIFEST_NAME, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const kept =
        MMFSError.isInstance(error) && error.code === "MODEL_DOWNLOAD" ? await this.#match(address) : undefined;
      if (kept === undefined) throw error;
      this.#learn(kept);
      return kept;
    }
    const before = await this.keptManifest();
    const now = new Set(filesOf(this.#learn(bytes)).map(({ sha256 }) => sha256));
    const gone = (before ? filesOf(before) : []).filter(({ sha256 }) => !now.has(sha256));
    await this.#use(async (cache) => {
      for (const { sha256 } of gone) await cache.delete(addressOf(sha256));
    });
    await this.#keep(address, bytes);
    return bytes;
  }

  #learn(manifestBytes: Uint8Array): Manifest {
    const manifest = parseManifest(manifestBytes, this.location);
    this.#files = new Map(filesOf(manifest).map((file) => [file.path, file]));
    return manifest;
  }

  #keyOf(path: string): string | undefined {
    const file = this.#files.get(path);
    return file && addressOf(file.sha256);
  }

  #match(key: string): Promise<Uint8Array | undefined> {
    return this.#use(async (cache) => {
      const response = await cache.match(key);
      return response && new Uint8Array(await response.arrayBuffer());
    });
  }

  async #keep(key: string, bytes: Uint8Array): Promise<void> {
    await this.#use((cache) => cache.put(key, new Response(bytes as Uint8Array<ArrayBuffer>)));
  }

  /** A cache that fails must not fail the call: it only saves a download. */
  async #use<T>(act: (cache: Cache) => Promise<T>): Promise<T | undefined> {
    try {
      return await act(await this.#caches.open(CACHE_NAME));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#failure = `The browser keeps no copy of the bundle, which will be fetched anew next time: ${reason}`;
      return undefined;
    }
  }
}

/** Every file that a manifest names, in all precisions. */
export function filesOf({ parts }: Manifest): BundleFile[] {
  return Object.values(parts).flatMap((part) => {
    if (part === undefined) return [];
    const variants = Object.values(part.variants ?? {}).filter((file) => file !== undefined);
    return [part, ...variants];
  });
}

/** Caches ask for an address; nothing is ever fetched from this one. */
function addressOf(sha256: string): string {
  return `https://mmfs.invalid/sha256/${sha256}`;
}
