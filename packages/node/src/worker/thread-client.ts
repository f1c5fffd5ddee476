import { setTimeout as sleep } from "node:timers/promises";
import type { Transferable, Worker, WorkerOptions } from "node:worker_threads";
import { MMFSError, type PaintedTile, type ProgressEvent, type Reply, type Request, reviveError } from "@mmfs/core";
import { NativeGate } from "./native-gate.js";

export interface CallOptions {
  /** Buffers that move to the worker instead of being copied. */
  transfer?: readonly Transferable[] | undefined;
  /** The call rejects with its reason at once, and the worker stops at the next step. */
  signal?: AbortSignal | undefined;
  onProgress?: ((event: ProgressEvent) => void) | undefined;
  onTile?: ((tile: PaintedTile) => void) | undefined;
}

interface PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onProgress: CallOptions["onProgress"];
  onTile: CallOptions["onTile"];
}

/** What a thread finds in its `workerData`. */
export interface ThreadData {
  gate: SharedArrayBuffer;
}

/** Longer than one run of any network; a thread that hangs must not keep the process for ever. */
const LONGEST_RUN = 60_000;

/**
 * Calls functions in a worker thread, which starts with the first call and again after it has ended, for whatever
 * reason. While nothing is called it does not keep the process alive.
 */
export class ThreadClient {
  readonly #startWorker: (options: WorkerOptions) => Worker;
  readonly #calls = new Map<number, PendingCall>();
  #worker: Worker | undefined;
  #gate = new NativeGate();
  #ending: Promise<unknown> = Promise.resolve();
  #lastId = 0;

  /** @param startWorker starts the module that the thread runs, which calls `serve`. */
  constructor(startWorker: (options: WorkerOptions) => Worker) {
    this.#startWorker = startWorker;
  }

  /**
   * @param argument anything that can be cloned.
   * @throws what the function throws, `signal.reason`, or {MMFSError} `INFERENCE_FAILED` if the thread ends meanwhile.
   */
  async call<T>(method: string, argument: unknown, options: CallOptions = {}): Promise<T> {
    const { signal, onProgress, onTile, transfer = [] } = options;
    await this.#ending;
    signal?.throwIfAborted();
    const worker = this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise<T>((resolve, reject) => {
      const settle = () => {
        signal?.removeEventListener("abort", abort);
        this.#calls.delete(id);
        if (this.#calls.size === 0) worker.unref();
      };
      const abort = () => {
        this.#post(worker, { type: "abort", id });
        settle();
        reject(signal?.reason);
      };
      this.#calls.set(id, {
        resolve(value) {
          settle();
          resolve(value as T);
        },
        reject(error) {
          settle();
          reject(error);
        },
        onProgress,
        onTile,
      });
      worker.ref();
      signal?.addEventListener("abort", abort, { once: true });
      try {
        this.#post(worker, { type: "call", id, method, argument }, transfer);
      } catch (cause) {
        settle();
        reject(
          new MMFSError("INVALID_ARGUMENT", "The options hold something that is no plain data, such as a function.", {
            cause,
          }),
        );
      }
    });
  }

  get running(): boolean {
    return this.#worker !== undefined;
  }

  /** Ends the thread; pending calls reject. Idempotent, and a later call starts a new thread. */
  async terminate(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    // Two threads that use one GPU at a time crash the process: the next must wait until this one is gone.
    if (worker !== undefined) this.#ending = endThread(worker, this.#gate);
    await this.#ending;
  }

  #post(worker: Worker, request: Request, transfer: readonly Transferable[] = []): void {
    worker.postMessage(request, transfer);
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // Flags such as --input-type or a debugger's port are meant for the main thread and may keep a worker from starting.
    const gate = new NativeGate();
    const workerData: ThreadData = { gate: gate.buffer };
    const worker = this.#startWorker({ name: "mmfs", execArgv: [], workerData });
    const leave = () => {
      gate.close();
      gate.waitBlocking(LONGEST_RUN);
    };
    process.on("exit", leave);
    this.#worker = worker;
    this.#gate = gate;
    let failure: unknown;
    worker.on("message", (reply: Reply) => this.#receive(reply));
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (exitCode) => {
      process.off("exit", leave);
      if (this.#worker === worker) this.#worker = undefined;
      const reason = failure instanceof Error ? failure.message : `exit code ${exitCode}`;
      const error = new MMFSError(
        "INFERENCE_FAILED",
        `The thread that computes ended in the middle of the call (${reason}). The next call starts a new one; ` +
          "if it ran out of memory, give it smaller pictures or fewer at a time.",
        { cause: failure },
      );
      for (const call of [...this.#calls.values()]) call.reject(error);
    });
    return worker;
  }

  #receive(reply: Reply): void {
    const call = this.#calls.get(reply.id);
    if (call === undefined) return;
    if (reply.type === "result") call.resolve(reply.value);
    else if (reply.type === "error") call.reject(reviveError(reply.error));
    else this.#report(call, reply);
  }

  /** A callback that throws ends its own call, not the process. */
  #report(call: PendingCall, reply: Extract<Reply, { type: "progress" | "tile" }>): void {
    try {
      if (reply.type === "tile") call.onTile?.(reply.tile);
      else call.onProgress?.(reply.event);
    } catch (error) {
      if (this.#worker) this.#post(this.#worker, { type: "abort", id: reply.id });
      call.reject(error);
    }
  }
}

async function endThread(worker: Worker, gate: NativeGate): Promise<void> {
  gate.close();
  const deadline = performance.now() + LONGEST_RUN;
  while (gate.running && performance.now() < deadline) await sleep(5);
  await worker.terminate();
}
