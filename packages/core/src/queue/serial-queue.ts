import { followSignals } from "./follow-signals.js";

interface Waiting {
  start: () => void;
  refuse: (reason: unknown) => void;
}

/** Runs tasks one after the other, in the order in which they came. A task that fails does not hold up the next. */
export class SerialQueue {
  readonly #width: number;
  readonly #waiting: Waiting[] = [];
  readonly #running = new Set<Promise<void>>();

  /** @param width how many tasks run at a time. @default 1 */
  constructor(width = 1) {
    this.#width = width;
  }

  /**
   * @param signal a task that is still waiting leaves the queue at once and rejects with `signal.reason`; one that runs
   * must look at the signal itself.
   */
  run<T>(task: () => Promise<T>, signal?: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const start = () => {
        const running = Promise.resolve()
          .then(task)
          .then(resolve, reject)
          .finally(() => {
            this.#running.delete(running);
            this.#waiting.shift()?.start();
          });
        this.#running.add(running);
      };
      if (this.#running.size < this.#width) return start();
      const stopFollowing = followSignals([signal], (reason) => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(reason);
      });
      const entry: Waiting = {
        start: () => {
          stopFollowing();
          start();
        },
        refuse: (reason) => {
          stopFollowing();
          reject(reason);
        },
      };
      this.#waiting.push(entry);
    });
  }

  /** Rejects every task that waits; those that run go on. */
  clear(reason: unknown): void {
    for (const entry of this.#waiting.splice(0)) entry.refuse(reason);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
