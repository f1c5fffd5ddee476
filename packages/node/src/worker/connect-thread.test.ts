import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { MMFSError } from "@mmfs/core";
import { WorkerClient } from "@mmfs/core/internal";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectThread } from "./connect-thread.js";

/** A thread that speaks the protocol and can be told to fail in all ways. */
const THREAD = `
import { parentPort, threadId } from "node:worker_threads";
let aborted = [];
parentPort.on("message", ({ type, id, method, argument }) => {
  if (type === "abort") { aborted.push(id); return; }
  const reply = (value) => parentPort.postMessage({ type: "result", id, value });
  if (method === "echo") reply(argument);
  if (method === "thread") reply(threadId);
  if (method === "aborted") reply(aborted);
  if (method === "exit") process.exit(3);
  if (method === "throw") throw new Error("a bug in the thread");
  if (method === "progress") {
    for (const progress of [0, 0.5, 1]) {
      parentPort.postMessage({ type: "progress", id, event: { type: "stage", stage: "detect", progress } });
    }
    reply("done");
  }
  if (method === "error") {
    const cause = { name: "TypeError", message: "deep" };
    const error = { name: "MMFSError", message: "No face.", code: "NO_FACE", stack: "the stack", cause };
    parentPort.postMessage({ type: "error", id, error });
  }
});
`;

let folder: string;
let client: WorkerClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-thread-"));
  await writeFile(join(folder, "thread.mjs"), THREAD);
  client = new WorkerClient(connectThread((options) => new Worker(pathToFileURL(join(folder, "thread.mjs")), options)));
});
afterEach(() => client.terminate());
afterAll(() => rm(folder, { recursive: true }));

describe("a thread", () => {
  it("calls, and moves buffers instead of copying them", async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    expect(await client.call("echo", bytes, { transfer: [bytes.buffer] })).toEqual(new Uint8Array([1, 2, 3]));
    expect(bytes.byteLength).toBe(0);
  });

  it("revives errors with code, stack and cause", async () => {
    const error = await client.call("error", undefined).catch((reason: unknown) => reason);
    expect(MMFSError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      code: "NO_FACE",
      message: "No face.",
      stack: "the stack",
      cause: expect.objectContaining({ name: "TypeError", message: "deep" }),
    });
  });

  it("reports progress in order", async () => {
    const events: unknown[] = [];
    await client.call("progress", undefined, { onProgress: (event) => events.push(event) });
    expect(events).toMatchObject([{ progress: 0 }, { progress: 0.5 }, { progress: 1 }]);
  });

  it("rejects the call whose onProgress throws, and goes on", async () => {
    const failing = client.call("progress", undefined, {
      onProgress() {
        throw new Error("bar broke");
      },
    });
    await expect(failing).rejects.toThrow("bar broke");
    expect(await client.call("echo", 1)).toBe(1);
  });

  it("rejects at once with the reason of the signal and tells the thread", async () => {
    const controller = new AbortController();
    const hanging = client.call("never answered", undefined, { signal: controller.signal });
    await client.call("echo", 1);
    controller.abort(new Error("enough"));
    await expect(hanging).rejects.toThrow("enough");
    expect(await client.call("aborted", undefined)).toHaveLength(1);
  });

  it.each([
    ["exit", /exit code 3/],
    ["throw", /a bug in the thread/],
  ])("rejects every pending call when the thread ends by %s, and starts a new one", async (method, message) => {
    const first = await client.call("thread", undefined);
    const hanging = client.call("never answered", undefined);
    const ending = client.call(method, undefined);
    await expect(ending).rejects.toMatchObject({ code: "WORKER_FAILED", message: expect.stringMatching(message) });
    await expect(hanging).rejects.toMatchObject({ code: "WORKER_FAILED" });
    expect(await client.call("thread", undefined)).not.toBe(first);
  });

  it("reports a module that cannot be loaded", async () => {
    const broken = new WorkerClient(
      connectThread((options) => new Worker(pathToFileURL(join(folder, "none.mjs")), options)),
    );
    await expect(broken.call("echo", 1)).rejects.toMatchObject({ code: "WORKER_FAILED" });
  });

  it("refuses what cannot be cloned", async () => {
    await expect(client.call("echo", () => 1)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(await client.call("echo", 1)).toBe(1);
  });

  it("rejects pending calls when it is terminated, and can be used again", async () => {
    const hanging = client.call("never answered", undefined);
    hanging.catch(() => {});
    await client.call("echo", 1);
    await client.terminate();
    await expect(hanging).rejects.toMatchObject({ code: "DISPOSED" });
    expect(await client.call("echo", 2)).toBe(2);
  });
});
