import { describe, expect, it } from "vitest";
import { loadOnnxRuntime } from "./load-onnxruntime.js";

describe("loadOnnxRuntime", () => {
  it("turns a missing native library into a sentence", async () => {
    const cause = new Error("Cannot find module '../bin/napi-v6/sunos/x64/onnxruntime_binding.node'");
    await expect(loadOnnxRuntime(() => Promise.reject(cause))).rejects.toMatchObject({
      code: "UNSUPPORTED_PLATFORM",
      message: expect.stringMatching(/cannot be loaded on .*@mmfs\/web/),
      cause,
    });
  });

  it("loads the package on this machine", async () => {
    const { InferenceSession, env } = await loadOnnxRuntime();
    expect(InferenceSession.create).toBeTypeOf("function");
    expect(env.logLevel).toBe("error");
  });
});
