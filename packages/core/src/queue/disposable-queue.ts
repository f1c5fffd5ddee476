import { MMFSError } from "../errors/mmfs-error.js";
import type { LoadOptions } from "../stylizer/options.js";
import { SerialQueue } from "./serial-queue.js";

/** `Symbol.asyncDispose`, also where the platform does not have it yet. */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/** The calls of something that computes one at a time until it is disposed. */
export class DisposableQueue {
  readonly #queue = new SerialQueue();
  readonly #name: string;
  readonly #free: () => Promise<void>;
  readonly #onProgress: LoadOptions["onProgress"];
  #disposal: Promise<void> | undefined;

  /**
   * @param name what is disposed, for the error: "The stylizer was disposed; …"
   * @param options.free frees what the calls use; called once, when none runs any more
   * @param options.onProgress is told of calls that have none of their own
   */
  constructor(
    name: string,
    { free, onProgress }: { free: () => Promise<void>; onProgress?: LoadOptions["onProgress"] | undefined },
  ) {
    this.#name = name;
    this.#free = free;
    this.#onProgress = onProgress;
  }

  /**
   * Runs a task after those before it.
   *
   * @param options of the call, as its user gave them.
   * @param task is given what it passes on to what it loads.
   * @throws {MMFSError} `DISPOSED`, before the task and after it; an aborted signal's reason
   */
  async run<T>(options: LoadOptions, task: (load: LoadOptions) => Promise<T>): Promise<T> {
    const { signal, onProgress = this.#onProgress } = options;
    this.throwIfEnded(signal);
    return this.#queue.run(async () => {
      this.throwIfEnded(signal);
      const result = await task({ signal, onProgress });
      this.throwIfEnded(signal);
      return result;
    }, signal);
  }

  /** What a task asks between its steps. @throws {MMFSError} `DISPOSED`; an aborted signal's reason */
  throwIfEnded(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.#disposal !== undefined) throw this.#disposed();
  }

  /** Rejects the tasks that wait, waits for the one that runs, and frees. Idempotent. */
  dispose(): Promise<void> {
    this.#disposal ??= (async () => {
      this.#queue.clear(this.#disposed());
      await this.#queue.idle();
      await this.#free();
    })();
    return this.#disposal;
  }

  #disposed(): MMFSError {
    return new MMFSError("DISPOSED", `The ${this.#name} was disposed; make a new one.`);
  }
}
