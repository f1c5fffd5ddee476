import { expect, it } from "vitest";
import { threadCount } from "./thread-count.js";

const page = (crossOriginIsolated: boolean, hardwareConcurrency: number) => ({
  crossOriginIsolated,
  navigator: { hardwareConcurrency },
});

it.each([
  [2, 1],
  [3, 2],
  [8, 4],
  [64, 4],
])("takes half of %i cores, at most four, in an isolated page", (cores, threads) => {
  expect(threadCount(undefined, page(true, cores))).toEqual({ threads });
});

it("takes what was asked for in an isolated page, and one elsewhere with a reason", () => {
  expect(threadCount(6, page(true, 8))).toEqual({ threads: 6 });
  expect(threadCount(6, page(false, 8))).toEqual({ threads: 1, reason: expect.stringContaining("isolated") });
  expect(threadCount(undefined, page(false, 8)).reason).toContain("Cross-Origin-Embedder-Policy");
});

it("has nothing to say where one thread is all that there could be, or was asked for", () => {
  expect(threadCount(1, page(false, 8))).toEqual({ threads: 1 });
  expect(threadCount(undefined, page(false, 1))).toEqual({ threads: 1 });
});
