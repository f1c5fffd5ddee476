import { type BundleSource, MMFSError, type ReadOptions } from "@mmfs/core";
import { MANIFEST_NAME } from "@mmfs/core/internal";

/** A bundle in files that the user dropped or chose: those of a folder, or of several, one of which has `mmfs.json`. */
export class FileSource implements BundleSource {
  readonly location = "the files given";
  readonly #files = new Map<string, File>();
  readonly #folder: string;

  constructor(files: readonly File[]) {
    for (const file of files) this.#files.set(file.webkitRelativePath || file.name, file);
    const manifest = [...this.#files.keys()].find((path) => path.split("/").at(-1) === MANIFEST_NAME);
    this.#folder = manifest?.slice(0, -MANIFEST_NAME.length) ?? "";
  }

  /** @throws {MMFSError} `FILE_NOT_READABLE` */
  async read(path: string, { signal, onProgress }: ReadOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted();
    // A file that was dropped by itself has lost its folder.
    const file = this.#files.get(this.#folder + path) ?? this.#files.get(path.split("/").at(-1) ?? path);
    if (file === undefined) {
      throw new MMFSError(
        "FILE_NOT_READABLE",
        `${path} is not among the files given. A bundle is a folder with mmfs.json in it: give all of its files.`,
        { data: { path } },
      );
    }
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      onProgress?.(bytes.byteLength, bytes.byteLength);
      return bytes;
    } catch (cause) {
      throw new MMFSError("FILE_NOT_READABLE", `${path} cannot be read; it may have been moved or changed.`, {
        cause,
        data: { path },
      });
    }
  }
}
