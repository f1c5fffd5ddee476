import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { NativeGate } from "./native-gate.js";

describe("NativeGate", () => {
  it("lets calls through, also two at a time and ones that fail, and knows when nothing runs", async () => {
    const gate = new NativeGate();
    let finish = () => {};
    const long = gate.pass(() => new Promise<void>((resolve) => (finish = resolve)));
    await expect(gate.pass(() => Promise.reject(new Error("bad")))).rejects.toThrow("bad");
    expect(gate.running).toBe(true);
    finish();
    await long;
    expect(gate.running).toBe(false);
  });

  it("lets nothing through once it is closed, in either thread", async () => {
    const gate = new NativeGate();
    const other = new NativeGate(gate.buffer);
    gate.close();
    await expect(other.pass(() => Promise.resolve(1))).rejects.toMatchObject({ code: "DISPOSED" });
    expect(gate.running).toBe(false);
  });

  it("waits until the other thread is done", async () => {
    const gate = new NativeGate();
    const worker = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       const state = new Int32Array(workerData);
       Atomics.add(state, 0, 1);
       parentPort.postMessage("running");
       setTimeout(() => { Atomics.sub(state, 0, 1); Atomics.notify(state, 0); }, 200);`,
      { eval: true, workerData: gate.buffer },
    );
    await new Promise((resolve) => worker.once("message", resolve));
    const start = performance.now();
    gate.waitBlocking(10_000);
    expect(gate.running).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(100);
    expect(performance.now() - start).toBeLessThan(5000);
    await worker.terminate();
  });
});
