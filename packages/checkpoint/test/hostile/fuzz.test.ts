import { expect, test } from "vitest";
import { type FuzzCount, fuzz } from "./fuzz.js";

test("mutated files are read or refused, never anything else", { timeout: 120_000 }, () => {
  const count: FuzzCount = { cases: 0, answers: {}, slowestMs: 0 };
  fuzz(1, 500, count);
  expect(count.cases).toBe(4000);
  // mutations that are all refused at the door would test nothing behind it
  expect(count.answers.CHECKPOINT_INVALID).toBeGreaterThan(1000);
  expect(count.answers.CHECKPOINT_UNSAFE).toBeGreaterThan(20);
  expect(count.slowestMs).toBeLessThan(5_000);
});
