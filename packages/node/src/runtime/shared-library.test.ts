import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { whySharedLibraryFails } from "./shared-library.js";

describe.runIf(process.platform === "linux")("whySharedLibraryFails", () => {
  it("finds the C library and not one that does not exist", () => {
    expect(whySharedLibraryFails("libc.so.6")).toBeUndefined();
    expect(whySharedLibraryFails("libmmfs-none.so.1")).toContain("libmmfs-none.so.1");
  });

  it("does so in a worker thread as well", async () => {
    const source = `const { parentPort } = require("node:worker_threads");
      const check = ${whySharedLibraryFails.toString()};
      parentPort.postMessage([check("libc.so.6"), typeof check("libmmfs-none.so.1")]);`;
    const worker = new Worker(source, { eval: true });
    expect(await new Promise((resolve) => worker.once("message", resolve))).toEqual([undefined, "string"]);
    await worker.terminate();
  });
});
