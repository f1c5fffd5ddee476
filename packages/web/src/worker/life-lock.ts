/** What a worker says once it holds the lock of its name. */
export const ALIVE = "mmfs-alive";

/** Pages have `navigator.locks` where they are served over https or from localhost. */
type Locks = Pick<LockManager, "request">;

/**
 * Holds a lock for as long as this worker lives. A worker that the browser ends, for want of memory or by hand, tells nobody: what
 * is told is that its lock is free.
 *
 * @param onHeld called once it is held.
 */
export function holdLock(
  name: string,
  onHeld: () => void,
  locks: Locks | undefined = globalThis.navigator?.locks,
): void {
  // Without the lock a worker works as well; only its end is not noticed.
  locks
    ?.request(name, () => {
      onHeld();
      return new Promise<never>(() => {});
    })
    .catch(() => {});
}

/** Calls back when the worker that holds the lock is no more. */
export function whenReleased(
  name: string,
  signal: AbortSignal,
  onReleased: () => void,
  locks: Locks | undefined = globalThis.navigator?.locks,
): void {
  locks?.request(name, { signal }, onReleased).catch(() => {});
}
