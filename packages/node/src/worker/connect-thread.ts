import { setTimeout as sleep } from "node:timers/promises";
import { type Transferable, Worker, type WorkerOptions } from "node:worker_threads";
import { MMFSError } from "@mmfs/core";
import type { Connect } from "@mmfs/core/internal";
import { disableTelemetry } from "../runtime/disable-telemetry.js";
import { NativeGate } from "./native-gate.js";

/** What a thread finds in its `workerData`. */
export interface ThreadData {
  gate: SharedArrayBuffer;
}

/** Longer than one run of any network; a thread that hangs must not keep the process for ever. */
const LONGEST_RUN = 60_000;

// Built, this module and the thread's entry stand side by side in dist. Bundlers find the entry by exactly this expression: one
// that cannot tell what a worker runs (Turbopack) takes every file of the package for it, and fails.
const startThread = (options: WorkerOptions) => {
  disableTelemetry();
  return new Worker(new URL("./stylizer-thread.js", import.meta.url), options);
};

/**
 * Connects to a worker thread. While nothing is called it does not keep the process alive, and it is ended only between two native
 * calls.
 *
 * @param start starts the module that the thread runs, which calls `serve`. @default the one that computes
 */
export function connectThread(start: (options: WorkerOptions) => Worker = startThread): Connect {
  return ({ onReply, onFailure }) => {
    const gate = new NativeGate();
    const workerData: ThreadData = { gate: gate.buffer };
    // Flags such as --input-type or a debugger's port are meant for the main thread and may keep a worker from starting.
    const worker = start({ name: "mmfs", execArgv: [], workerData });
    const leave = () => {
      gate.close();
      gate.waitBlocking(LONGEST_RUN);
    };
    process.on("exit", leave);
    let failure: unknown;
    let hasEnded = false;
    worker.on("message", onReply);
    worker.on("error", (error) => {
      failure = error;
    });
    worker.on("exit", (exitCode) => {
      process.off("exit", leave);
      hasEnded = true;
      const reason = failure instanceof Error ? failure.message : `exit code ${exitCode}`;
      const message =
        `The thread that computes ended in the middle of the call (${reason}). The next call starts a new one; ` +
        "if it ran out of memory, give it smaller pictures or fewer at a time.";
      onFailure(new MMFSError("WORKER_FAILED", message, { cause: failure }));
    });
    return {
      send: (request, transfer) => worker.postMessage(request, transfer as readonly Transferable[]),
      hold: (isPending) => (isPending ? worker.ref() : worker.unref()),
      // Two threads that use one GPU at a time crash the process: the next must wait until this one is gone.
      async end() {
        gate.close();
        const deadline = performance.now() + LONGEST_RUN;
        while (!hasEnded && gate.running && performance.now() < deadline) await sleep(5);
        await worker.terminate();
      },
    };
  };
}
