import { readFile } from "node:fs/promises";
import type { BundleSource } from "../../bundle/bundle-source.js";
import type { Manifest } from "../../bundle/manifest.js";

const folder = new URL("./bundle/", import.meta.url);

export const readTinyFile = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(path, folder)));

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
