import { MMFSError } from "@mmfs/core";

/** What computes broke down, or never started. */
export function workerFailure(reason: string, cause?: unknown): MMFSError {
  return new MMFSError(
    "WORKER_FAILED",
    `The worker that computes broke down (${reason}); the next call starts a new one. If it never starts, serve the files ` +
      "of @mmfs/web from the page's own site, let a Content-Security-Policy allow worker-src 'self', or compute in the page with " +
      "worker: false.",
    { cause },
  );
}
