import { Worker } from "node:worker_threads";
import { disableTelemetry } from "../runtime/disable-telemetry.js";
import { type CallOptions, ThreadClient } from "../worker/thread-client.js";
import type { StylizerReference, ThreadFunctions } from "./thread-functions.js";

/**
 * The one thread of the process that computes. All stylizers share it, since two threads must not use a GPU at a time,
 * and on the CPU two would only take cores from each other.
 */
let thread: ThreadClient | undefined;
let users = 0;

export function callThread<Name extends keyof ThreadFunctions>(
  name: Name,
  argument: ThreadFunctions[Name][0],
  options?: CallOptions,
): Promise<ThreadFunctions[Name][1]> {
  // Built, this module and the thread's entry stand side by side in dist. Bundlers find the entry by exactly this expression: one
  // that cannot tell what a worker runs (Turbopack) takes every file of the package for it, and fails.
  thread ??= new ThreadClient((options) => {
    disableTelemetry();
    return new Worker(new URL("./stylizer-thread.js", import.meta.url), options);
  });
  return thread.call(name, argument, options);
}

/** Counts the stylizers, so that the thread and its memory go when the last one does. */
export function joinThread(): void {
  users += 1;
}

/** Tells the thread to forget a stylizer; one that is not running has nothing to forget. */
export async function forgetStylizer(stylizer: StylizerReference): Promise<void> {
  if (thread?.running) await callThread("close", stylizer).catch(() => {});
}

export async function leaveThread(): Promise<void> {
  users -= 1;
  if (users === 0) await thread?.terminate();
}
