import { MMFSError } from "../errors/mmfs-error.js";
import { SerialQueue } from "./serial-queue.js";

/** The calls of something that computes one at a time until it is disposed. */
export class DisposableQueue {
  readonly #queue = new SerialQueue();
  readonly #name: string;
  readonly #free: () => Promise<void>;
  #disposal: Promise<void> | undefined;

  /**
   * @param name what is disposed, for the error: "The stylizer was disposed; …"
   * @param free frees what the calls use; called once, when none runs any more
   */
  constructor(name: string, free: () => Promise<void>) {
    this.#name = name;
    this.#free = free;
  }

  /**
   * Runs a task after those before it.
   *
   * @throws {MMFSError} `DISPOSED`, before the task and after it; an aborted signal's reason
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal | undefined): Promise<T> {
    this.throwIfEnded(signal);
    return this.#queue.run(async () => {
      this.throwIfEnded(signal);
      const result = await task();
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
