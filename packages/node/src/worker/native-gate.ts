import { MMFSError } from "@mmfs/core";

const [RUNNING, CLOSED] = [0, 1];

/**
 * Keeps a thread from being ended while native code runs in it: onnxruntime-node cannot return into a thread that is
 * gone, and ends the whole process with `Napi::Error` on stderr.
 *
 * The worker passes the gate for every native call. Who wants to end the thread closes the gate, waits until nothing
 * runs, and may then end it: no other call starts.
 */
export class NativeGate {
  readonly #state: Int32Array;

  /** @param buffer of the same gate in the other thread. @default a new one */
  constructor(readonly buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(buffer);
  }

  /** @throws {MMFSError} `DISPOSED` once the gate is closed, and what the call throws. */
  async pass<T>(call: () => Promise<T>): Promise<T> {
    Atomics.add(this.#state, RUNNING, 1);
    try {
      // Looked at after the count was raised: whoever closes the gate sees this call, or this call sees the gate closed.
      if (Atomics.load(this.#state, CLOSED) === 1) throw new MMFSError("DISPOSED", "The thread is about to end.");
      return await call();
    } finally {
      Atomics.sub(this.#state, RUNNING, 1);
      Atomics.notify(this.#state, RUNNING);
    }
  }

  close(): void {
    Atomics.store(this.#state, CLOSED, 1);
  }

  get running(): boolean {
    return Atomics.load(this.#state, RUNNING) > 0;
  }

  /** Blocks until nothing runs; for the end of the process, when no promise is served any more. */
  waitBlocking(milliseconds: number): void {
    const deadline = performance.now() + milliseconds;
    for (let count = 1; count > 0 && performance.now() < deadline; ) {
      count = Atomics.load(this.#state, RUNNING);
      if (count > 0) Atomics.wait(this.#state, RUNNING, count, 50);
    }
  }
}
