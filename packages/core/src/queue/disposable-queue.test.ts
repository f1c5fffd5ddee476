import { expect, test } from "vitest";
import type { LoadOptions, ProgressEvent } from "../stylizer/options.js";
import { DisposableQueue } from "./disposable-queue.js";

const DISPOSED = expect.objectContaining({
  code: "DISPOSED",
  message: expect.stringContaining("The oven was disposed"),
});

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

test("frees once, after the task that runs, and refuses those that wait and come", async () => {
  const events: string[] = [];
  const queue = new DisposableQueue("oven", { free: async () => void events.push("freed") });
  const [begun, gate] = [deferred(), deferred()];
  const running = queue.run({}, async () => {
    begun.resolve();
    await gate.promise;
    events.push("ended");
    return "bread";
  });
  const waiting = queue.run({}, async () => void events.push("never"));
  const outcomes = Promise.allSettled([running, waiting]);
  await begun.promise;
  const first = queue.dispose();
  expect(queue.dispose()).toBe(first);
  gate.resolve();
  await first;
  expect(events).toEqual(["ended", "freed"]);
  expect(await outcomes).toEqual([
    { status: "rejected", reason: DISPOSED },
    { status: "rejected", reason: DISPOSED },
  ]);
  await expect(queue.run({}, async () => "late")).rejects.toEqual(DISPOSED);
});

test("an abort ends a call before and after its task, and the next call works", async () => {
  const queue = new DisposableQueue("oven", { free: async () => {} });
  const early = AbortSignal.abort(new Error("too early"));
  await expect(queue.run({ signal: early }, async () => 1)).rejects.toThrow("too early");
  const controller = new AbortController();
  const late = queue.run({ signal: controller.signal }, async () => controller.abort(new Error("too late")));
  await expect(late).rejects.toThrow("too late");
  expect(await queue.run({}, async () => 3)).toBe(3);
});

test("tells of a call to whom it names, or else to the queue's own", async () => {
  const told: string[] = [];
  const to = (name: string) => (event: ProgressEvent) => void told.push(`${name} ${event.type}`);
  const queue = new DisposableQueue("oven", { free: async () => {}, onProgress: to("own") });
  const bake = async ({ onProgress }: LoadOptions) => onProgress?.({ type: "load", part: "bread", device: "cpu" });
  await queue.run({}, bake);
  await queue.run({ onProgress: to("call's") }, bake);
  expect(told).toEqual(["own load", "call's load"]);
});
