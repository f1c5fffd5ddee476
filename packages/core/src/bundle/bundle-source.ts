/** Where the files of a bundle come from: a folder, a URL, a cache, the user's own files. */
export interface BundleSource {
  /** What to call the source in messages: a path or an address. */
  readonly location: string;
  /**
   * Reads one file whole.
   *
   * @param path relative to the bundle's folder, with forward slashes, as the manifest names it.
   * @throws {MMFSError} `MODEL_DOWNLOAD` or `FILE_NOT_READABLE`
   */
  read(path: string, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * Forgets a copy of the file that proved to be damaged, so that the next `read` fetches it anew. Sources that keep no
   * copies leave this out.
   */
  discard?(path: string): Promise<void>;
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Called as bytes arrive; `total` is undefined while it is not known. */
  onProgress?: ((loaded: number, total: number | undefined) => void) | undefined;
}
