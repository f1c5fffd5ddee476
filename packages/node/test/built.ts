/** The package as users get it: the worker thread is a file of the build, so the sources alone cannot start it. */
export const built = (await import(
  /* @vite-ignore */ new URL("../dist/index.js", import.meta.url).href
)) as typeof import("../src/index.js");
