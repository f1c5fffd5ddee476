interface Waiting {
  start: () => void;
  refuse: (reason: unknown) => void;
}

/** Runs tasks one after the other, in the order in which they came. A task that fails does not hold up the next. */
export class SerialQueue {
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param signal a task that is still waiting leaves the queue at once and rejects with `signal.reason`; one that runs
   * must look at the signal itself.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      const entry: Waiting = {
        start: () => {
          signal?.removeEventListener("abort", leave);
          this.#running = Promise.resolve()
            .then(task)
            .then(resolve, reject)
            .finally(() => {
              this.#running = undefined;
              this.#waiting.shift()?.start();
            });
        },
        refuse: (reason) => {
          signal?.removeEventListener("abort", leave);
          reject(reason);
        },
      };
      if (this.#running === undefined) return entry.start();
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiting.push(entry);
    });
  }

  /** Rejects every task that waits; the running one goes on. */
  clear(reason: unknown): void {
    for (const entry of this.#waiting.splice(0)) entry.refuse(reason);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }
}
