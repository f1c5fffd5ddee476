import { open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { type BundleSource, MMFSError, type ReadOptions } from "@mmfs/core";

/**
 * A bundle in a folder on disk. Nothing outside of the folder is read: neither through `..` or an absolute path, nor
 * through a link that leads out of it.
 */
export class FolderSource implements BundleSource {
  /** @param location path of the folder. */
  constructor(readonly location: string) {}

  /** @throws {MMFSError} `FILE_NOT_READABLE`, `BUNDLE_INVALID` for a path that leaves the folder */
  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array> {
    options.signal?.throwIfAborted();
    const file = await this.#resolve(path);
    try {
      const handle = await open(file, "r");
      try {
        const bytes = await handle.readFile({ signal: options.signal });
        options.onProgress?.(bytes.byteLength, bytes.byteLength);
        return bytes;
      } finally {
        await handle.close();
      }
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new MMFSError("FILE_NOT_READABLE", `${file} of the bundle cannot be read.`, {
        cause,
        data: { path: file },
      });
    }
  }

  async #resolve(path: string): Promise<string> {
    let folder: string;
    let file: string;
    try {
      folder = await realpath(this.location);
      file = await realpath(join(folder, path));
    } catch (cause) {
      throw new MMFSError(
        "FILE_NOT_READABLE",
        `${path} is not in the bundle's folder ${this.location}. A bundle is a folder with mmfs.json in it.`,
        { cause, data: { path: join(this.location, path) } },
      );
    }
    if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      throw new MMFSError("BUNDLE_INVALID", `${path} leads out of the bundle's folder ${this.location}.`);
    }
    return file;
  }
}
