import type { Session } from "@mmfs/core";
import { Tensor } from "onnxruntime-common";
import { describe, expect, it } from "vitest";
import { NodeRuntime } from "./node-runtime.js";

/** `y = Relu(x)`, x and y `[N, 4]`. */
const RELU = Buffer.from(
  "CAgSEEBtbWZzL2NoZWNrcG9pbnQ6QwoPCgF4EgF5GgF5IgRSZWx1EgRyZWx1WhQKAXgSDwoNCAESCQoDEgFOCgIIBGIUCgF5Eg8KDQgBEgkKAxIBTgoCCARCAhAR",
  "base64",
);

const feeds = () => ({ x: new Tensor("float32", Float32Array.of(-1, 2, -3, 4), [1, 4]) });

async function relu(session: Session): Promise<unknown[]> {
  const { y } = await session.run(feeds());
  return [...((y ?? expect.fail("no output y")).data as Float32Array)];
}

describe("NodeRuntime", () => {
  it("runs a graph on the CPU", async () => {
    const runtime = new NodeRuntime({ threads: 1 });
    const session = await runtime.createSession(RELU, "cpu");
    expect([session.device, session.inputNames, session.outputNames]).toEqual(["cpu", ["x"], ["y"]]);
    expect(await relu(session)).toEqual([0, 2, 0, 4]);
    await runtime.dispose();
  });

  it("refuses what is no graph", async () => {
    const runtime = new NodeRuntime();
    await expect(runtime.createSession(new Uint8Array(100).fill(7), "cpu")).rejects.toMatchObject({
      code: "MODEL_LOAD",
      cause: expect.any(Error),
    });
  });

  it("reports inputs that do not fit, and goes on", async () => {
    const runtime = new NodeRuntime();
    const session = await runtime.createSession(RELU, "cpu");
    const wrong = { x: new Tensor("float32", new Float32Array(5), [1, 5]) };
    await expect(session.run(wrong)).rejects.toMatchObject({ code: "INFERENCE_FAILED" });
    expect(await relu(session)).toEqual([0, 2, 0, 4]);
    await runtime.dispose();
  });

  it("frees sessions once, also during a run, and refuses to use them afterwards", async () => {
    const runtime = new NodeRuntime();
    const session = await runtime.createSession(RELU, "cpu");
    const running = relu(session);
    await Promise.all([session.dispose(), session.dispose(), runtime.dispose()]);
    expect(await running).toEqual([0, 2, 0, 4]);
    await expect(session.run(feeds())).rejects.toMatchObject({ code: "DISPOSED" });
    await expect(runtime.createSession(RELU, "cpu")).rejects.toMatchObject({ code: "DISPOSED" });
  });

  it("never puts another device in the place of one that is missing", async () => {
    const runtime = new NodeRuntime();
    for (const device of ["coreml", "dml", "wasm"] as const) {
      if (process.platform !== "linux") continue;
      await expect(runtime.createSession(RELU, device)).rejects.toMatchObject({ code: "DEVICE_UNAVAILABLE" });
    }
  });
});
