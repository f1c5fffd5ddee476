type Lane = "front" | "back";

interface Waiting {
  start(): void;
  signal: AbortSignal;
}

/**
 * Lets one task run at a time. What waits in front goes before all that waits at the back, so that the picture that is looked at never
 * stands in line behind the gallery.
 */
export class Lanes {
  readonly #waiting: Record<Lane, Waiting[]> = { front: [], back: [] };
  #busy = false;

  /** Rejects with `signal.reason` without running the task where it was aborted before its turn. */
  async run<T>(lane: Lane, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (this.#busy) await new Promise<void>((start) => this.#waiting[lane].push({ start, signal }));
    this.#busy = true;
    try {
      signal.throwIfAborted();
      return await task();
    } finally {
      this.#busy = false;
      this.#next();
    }
  }

  #next(): void {
    const next = this.#waiting.front.shift() ?? this.#waiting.back.shift();
    if (next === undefined) return;
    // Taken at once, so that nobody slips in before the one that waited.
    this.#busy = true;
    next.start();
  }
}
