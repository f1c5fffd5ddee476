import { readFile } from "node:fs/promises";
import type { BundleSource } from "../../bundle/bundle-source.js";
import type { Manifest } from "../../bundle/manifest.js";

const read = async (folder: string, path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`./${folder}/${path}`, import.meta.url)));

export const readTinyFile = (path: string): Promise<Uint8Array> => read("bundle", path);

export const readFreeFile = (path: string): Promise<Uint8Array> => read("free-bundle", path);

/** A bundle of random weights whose graphs take any size, with a detail path: ngf = 2, D = 4. */
export function freeBundle(): BundleSource {
  return { location: "free-bundle", read: readFreeFile };
}

/** A bundle of random weights: S = 32, ngf = 1, D = 4. @param change edits the manifest. */
export function tinyBundle(change: (manifest: Manifest) => void = () => {}): BundleSource {
  return {
    location: "tiny-bundle",
    async read(path) {
      const bytes = await readTinyFile(path);
      if (path !== "mmfs.json") return bytes;
      const manifest = JSON.parse(new TextDecoder().decode(bytes));
      change(manifest);
      return new TextEncoder().encode(JSON.stringify(manifest));
    },
  };
}
