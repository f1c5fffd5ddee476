/** What decides how many threads WebAssembly may have; tests pass their own. */
export interface Page {
  crossOriginIsolated?: boolean | undefined;
  navigator?: { hardwareConcurrency?: number | undefined } | undefined;
}

const MOST_THREADS = 4;

const NOT_ISOLATED =
  "WebAssembly computes with one thread, because the page is not cross-origin isolated. Serve it with the headers " +
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp for more.";

/**
 * How many threads WebAssembly computes with: half of the cores, at most four, since more only wait for each other; one where the
 * browser shares no memory between threads.
 *
 * @param asked what the user wants, instead of half of the cores.
 * @returns also why it is one, where that may be changed.
 */
export function threadCount(asked: number | undefined, page: Page = globalThis): { threads: number; reason?: string } {
  const cores = page.navigator?.hardwareConcurrency ?? 1;
  const threads = asked ?? Math.min(MOST_THREADS, Math.ceil(cores / 2));
  if (page.crossOriginIsolated) return { threads };
  return asked === 1 || cores === 1 ? { threads: 1 } : { threads: 1, reason: NOT_ISOLATED };
}
