import { readFile } from "node:fs/promises";
import type { BundleSource } from "../../bundle/bundle-source.js";
import type { Manifest } from "../../bundle/manifest.js";

/** `bundle` is of format 1, for squares of 32 pixels; `any-size/bundle` of format 2, for any, and has a detail path. */
export type TinyFolder = "bundle" | "any-size/bundle";

export const readTinyFile = async (path: string, folder: TinyFolder = "bundle"): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`./${folder}/${path}`, import.meta.url)));

/** A bundle of random weights: ngf = 1, D = 4. @param change edits the manifest, as it is in the file. */
export function tinyBundle(change: (manifest: Manifest) => void = () => {}, folder?: TinyFolder): BundleSource {
  return {
    location: "tiny-bundle",
    async read(path) {
      const bytes = await readTinyFile(path, folder);
      if (path !== "mmfs.json") return bytes;
      const manifest = JSON.parse(new TextDecoder().decode(bytes));
      change(manifest);
      return new TextEncoder().encode(JSON.stringify(manifest));
    },
  };
}

/** The bundle of any size, with 192 px for a face's square. */
export function freeBundle(): BundleSource {
  return tinyBundle((manifest) => {
    manifest.network.resolution = { default: 192, live: 128 };
  }, "any-size/bundle");
}
