/**
 * Calls back once, with the reason of the first of some signals that fires; at once where one has fired already.
 * `AbortSignal.any` would stay tied to a signal that lives long.
 *
 * @returns stops listening.
 */
export function followSignals(
  signals: readonly (AbortSignal | undefined)[],
  leave: (reason: unknown) => void,
): () => void {
  const stop = () => {
    for (const signal of signals) signal?.removeEventListener("abort", fire);
  };
  const fire = () => {
    stop();
    leave(signals.find((signal) => signal?.aborted)?.reason);
  };
  if (signals.some((signal) => signal?.aborted)) fire();
  else for (const signal of signals) signal?.addEventListener("abort", fire, { once: true });
  return stop;
}

/** A promise that may be left: it rejects at once with `signal.reason`, whatever becomes of what it waits for. */
export async function leaveOnAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  let stop = () => {};
  const left = new Promise<never>((_, reject) => {
    stop = followSignals([signal], reject);
  });
  return Promise.race([promise, left]).finally(stop);
}
