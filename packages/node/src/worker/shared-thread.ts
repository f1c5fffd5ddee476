import { WorkerClient } from "@mmfs/core/internal";
import { connectThread } from "./connect-thread.js";

/**
 * The one thread of the process that computes. All stylizers share it, since two threads must not use a GPU at a time,
 * and on the CPU two would only take cores from each other.
 */
let thread: WorkerClient | undefined;
let users = 0;

/** Counts the stylizers, so that the thread and its memory go when the last one does. */
export function joinThread(): WorkerClient {
  users += 1;
  thread ??= new WorkerClient(connectThread());
  return thread;
}

export async function leaveThread(): Promise<void> {
  users -= 1;
  if (users === 0) await thread?.terminate();
}
