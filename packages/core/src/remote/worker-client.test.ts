import { beforeEach, describe, expect, it } from "vitest";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Request } from "../worker/messages.js";
import { type ConnectionEvents, WorkerClient } from "./worker-client.js";

let events: ConnectionEvents[];
let sent: Request[];
let ended: number;
let client: WorkerClient;

beforeEach(() => {
  [events, sent, ended] = [[], [], 0];
  client = new WorkerClient((told) => {
    events.push(told);
    return {
      send: (request) => {
        sent.push(structuredClone(request));
      },
      end: () => {
        ended += 1;
      },
    };
  });
});

describe("WorkerClient", () => {
  it("gives each call its own answer, whatever the order, and errors with their code", async () => {
    const [first, second] = [client.call("a", 1), client.call("b", 2)];
    events[0]?.onReply({ type: "error", id: 2, error: { name: "MMFSError", message: "None.", code: "NO_FACE" } });
    events[0]?.onReply({ type: "result", id: 1, value: "one" });
    await expect(second).rejects.toMatchObject({ code: "NO_FACE", message: "None." });
    expect(await first).toBe("one");
    expect(events).toHaveLength(1);
  });

  it("tells the worker of an abort, rejects at once, and ignores what still comes", async () => {
    const controller = new AbortController();
    const call = client.call("a", 1, { signal: controller.signal });
    controller.abort("enough");
    await expect(call).rejects.toBe("enough");
    events[0]?.onReply({ type: "result", id: 1, value: "late" });
    expect(sent.at(-1)).toEqual({ type: "abort", id: 1 });
  });

  it("rejects what a broken worker can no longer answer, and starts a new one for the next call", async () => {
    const lost = [client.call("a", 1), client.call("a", 2)];
    events[0]?.onFailure(new MMFSError("WORKER_FAILED", "out of memory"));
    for (const call of lost) {
      await expect(call).rejects.toMatchObject({
        code: "WORKER_FAILED",
        message: "out of memory",
      });
    }
    const next = client.call("a", 3);
    events[1]?.onReply({ type: "result", id: 3, value: "three" });
    expect([await next, ended]).toEqual(["three", 1]);
  });

  it("refuses what cannot be sent, and ends a call whose onProgress throws", async () => {
    await expect(client.call("a", () => {})).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const onProgress = () => {
      throw new Error("a bug of the page");
    };
    const call = client.call("a", 1, { onProgress });
    events[0]?.onReply({ type: "progress", id: 2, event: { type: "stage", stage: "detect", progress: 0 } });
    await expect(call).rejects.toThrow("a bug of the page");
    expect(sent.at(-1)).toEqual({ type: "abort", id: 2 });
  });
});
