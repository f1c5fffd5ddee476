import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Reply } from "./messages.js";
import { type ServedFunction, serve } from "./serve.js";

let here: MessagePort;
let there: MessagePort;
let replies: Reply[];

beforeEach(() => {
  ({ port1: here, port2: there } = new MessageChannel());
  replies = [];
  here.on("message", (reply: Reply) => replies.push(reply));
});
afterEach(() => here.close());

async function settled(count: number): Promise<Reply[]> {
  while (replies.filter((reply) => reply.type !== "progress").length < count) await sleep(2);
  return replies;
}

function listen(functions: Record<string, ServedFunction>) {
  there.on(
    "message",
    serve((reply, transfer) => there.postMessage(reply, transfer), functions),
  );
}

function call(id: number, method: string, argument?: unknown) {
  here.postMessage({ type: "call", id, method, argument });
}

describe("serve", () => {
  it("answers one call after the other, and goes on after one that failed", async () => {
    let running = 0;
    let most = 0;
    const work: ServedFunction = async (fails: boolean) => {
      running += 1;
      most = Math.max(most, running);
      await sleep(5);
      running -= 1;
      if (fails) throw new MMFSError("NO_FACE", "No face.");
      return { value: "fine" };
    };
    listen({ work });
    call(1, "work", false);
    call(2, "work", true);
    call(3, "work", false);
    expect(await settled(3)).toMatchObject([
      { type: "result", id: 1, value: "fine" },
      { type: "error", id: 2, error: { code: "NO_FACE", message: "No face." } },
      { type: "result", id: 3 },
    ]);
    expect(most).toBe(1);
  });

  it("never starts a call that was aborted while it waited, and stops one that runs", async () => {
    const started: number[] = [];
    const work: ServedFunction = async (id: number, { signal }) => {
      started.push(id);
      for (let i = 0; i < 100; i += 1) {
        await sleep(2);
        signal.throwIfAborted();
      }
      return { value: id };
    };
    listen({ work });
    call(1, "work", 1);
    call(2, "work", 2);
    here.postMessage({ type: "abort", id: 2 });
    await sleep(10);
    here.postMessage({ type: "abort", id: 1 });
    expect(await settled(2)).toMatchObject([
      { type: "error", id: 1 },
      { type: "error", id: 2 },
    ]);
    expect(started).toEqual([1]);
  });

  it("refuses functions that it does not have", async () => {
    listen({});
    call(1, "toString");
    expect(await settled(1)).toMatchObject([{ type: "error", error: { code: "INVALID_ARGUMENT" } }]);
  });
});
