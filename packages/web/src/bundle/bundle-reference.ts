import { type BundleSource, MMFSError } from "@mmfs/core";
import { MANIFEST_NAME } from "@mmfs/core/internal";
import { CachedSource } from "./cached-source.js";
import { FileSource } from "./file-source.js";
import { UrlSource } from "./url-source.js";

/**
 * What may be named as a bundle: the address of its folder or of its `mmfs.json`; the files of a folder that the user dropped or
 * chose; or the address of every file, as `@mmfs/model-mini/files` and packages made like it give them.
 */
export type BundleInput = string | URL | readonly File[] | FileList | Readonly<Record<string, string | URL>>;

/** A bundle as it travels to the worker. */
export type BundleReference =
  | { type: "folder"; url: string }
  | { type: "addresses"; urls: Record<string, string> }
  | { type: "files"; files: readonly File[] };

/**
 * Makes what the user named fit to travel; nothing is fetched yet.
 *
 * @param input @default the bundle of `@mmfs/model-mini`, as the app's bundler serves it
 * @throws {MMFSError} `INVALID_ARGUMENT`, `BUNDLE_NOT_INSTALLED` where the default bundle is not installed.
 */
export async function bundleReference(input: BundleInput | undefined): Promise<BundleReference> {
  if (input === undefined) return { type: "addresses", urls: absolutes(await defaultBundle()) };
  if (typeof input === "string" || input instanceof URL) return { type: "folder", url: folder(absolute(input)) };
  if (isFiles(input)) return { type: "files", files: [...input] };
  if (typeof input === "object" && input !== null && MANIFEST_NAME in input) {
    return { type: "addresses", urls: absolutes(input) };
  }
  throw new MMFSError(
    "INVALID_ARGUMENT",
    "bundle is the address of a folder with mmfs.json in it, the files of such a folder, or an object with the address of each file.",
  );
}

/** Where the files of a bundle come from. @param caches where copies are kept; undefined to keep none. */
export function bundleSource(reference: BundleReference, caches: CacheStorage | undefined): BundleSource {
  if (reference.type === "files") return new FileSource(reference.files);
  const source =
    reference.type === "folder" ? UrlSource.ofFolder(reference.url) : UrlSource.ofAddresses(reference.urls);
  return caches === undefined ? source : new CachedSource(source, caches);
}

async function defaultBundle(): Promise<Record<string, URL>> {
  try {
    return (await import("@mmfs/model-mini/files")).bundleFiles;
  } catch (cause) {
    throw new MMFSError(
      "BUNDLE_NOT_INSTALLED",
      "The default bundle, @mmfs/model-mini, could not be loaded. Install it in an app with a bundler, or name the address of a bundle " +
        "in the option bundle.",
      { cause },
    );
  }
}

function isFiles(input: object | null): input is readonly File[] | FileList {
  if (input === null) return false;
  const isList = Array.isArray(input) || (typeof FileList === "function" && input instanceof FileList);
  return isList && Array.from(input as ArrayLike<unknown>).every((file) => file instanceof Blob);
}

function absolutes(files: Readonly<Record<string, string | URL>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, url]) => [path, absolute(url)]));
}

function absolute(address: string | URL): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (URL.canParse(address, base)) return new URL(address, base).href;
  throw new MMFSError("INVALID_ARGUMENT", `${JSON.stringify(address)} is no address of a bundle.`);
}

function folder(url: string): string {
  const address = new URL(url);
  if (address.pathname.endsWith(`/${MANIFEST_NAME}`)) {
    address.pathname = address.pathname.slice(0, -MANIFEST_NAME.length);
  } else if (!address.pathname.endsWith("/")) {
    address.pathname += "/";
  }
  return address.href;
}
