/** Keeps the values that were used last. */
export class LruCache<T> {
  readonly #values = new Map<string, T>();
  readonly #sizeOf: (value: T) => number;
  #size = 0;

  /**
   * @param capacity what the sizes of all values may come to; a value that is larger alone is not kept.
   * @param sizeOf @default 1 for each, so that values are counted
   */
  constructor(
    readonly capacity: number,
    sizeOf: (value: T) => number = () => 1,
  ) {
    this.#sizeOf = sizeOf;
  }

  get(key: string): T | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) {
      this.#values.delete(key);
      this.#values.set(key, value);
    }
    return value;
  }

  set(key: string, value: T): void {
    this.#remove(key);
    const size = this.#sizeOf(value);
    if (size > this.capacity) return;
    for (const oldest of this.#values.keys()) {
      if (this.#size + size <= this.capacity) break;
      this.#remove(oldest);
    }
    this.#values.set(key, value);
    this.#size += size;
  }

  clear(): void {
    this.#values.clear();
    this.#size = 0;
  }

  #remove(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#size -= this.#sizeOf(value);
  }
}
