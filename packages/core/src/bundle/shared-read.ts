import { leaveOnAbort } from "../queue/follow-signals.js";
import type { ReadOptions } from "./bundle-source.js";

type Progress = NonNullable<ReadOptions["onProgress"]>;

/**
 * One read that several callers wait for. Each may leave through its own signal; when the last has left, the read itself
 * is aborted.
 */
export class SharedRead {
  readonly #controller = new AbortController();
  readonly #listeners = new Set<Progress>();
  readonly #bytes: Promise<Uint8Array>;
  #waiting = 0;
  #settled = false;

  /** @param read is begun at once. */
  constructor(read: (options: Required<ReadOptions>) => Promise<Uint8Array>) {
    this.#bytes = read({
      signal: this.#controller.signal,
      onProgress: (loaded, total) => {
        for (const listener of this.#listeners) listener(loaded, total);
      },
    });
    const settle = () => {
      this.#settled = true;
    };
    this.#bytes.then(settle, settle);
  }

  /** True once the read has ended, well or not. */
  get settled(): boolean {
    return this.#settled;
  }

  /** True once everybody has left: nothing will come of this read. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  async wait({ signal, onProgress }: ReadOptions): Promise<Uint8Array> {
    signal?.throwIfAborted();
    this.#waiting += 1;
    if (onProgress) this.#listeners.add(onProgress);
    try {
      return await leaveOnAbort(this.#bytes, signal);
    } finally {
      if (onProgress) this.#listeners.delete(onProgress);
      this.#waiting -= 1;
      if (this.#waiting === 0 && !this.#settled) this.#controller.abort();
    }
  }
}
