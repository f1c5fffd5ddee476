import { describe, expect, it } from "vitest";
import { onnxFault, onnxLoadError, onnxReason, onnxRunError } from "./onnx-errors.js";

// As onnxruntime 1.30 wrote them.
const DAMAGED = "Load model failed:Protobuf parsing failed.";
const PARTLY =
  "This session contains graph nodes that are assigned to the default CPU EP, but fallback to CPU EP has been explicitly disabled by the user.";
const NO_ADAPTER =
  "/src/webgpu_context.cc:136 void onnxruntime::Initialize() adapter != nullptr was false. Failed to get a WebGPU adapter: No supported adapters.";
const LOST = "failed to call OrtRun(). Device was lost";
const NO_WASM = "no available backend found. ERR: [wasm] TypeError: Failed to fetch dynamically imported module";

describe("the exceptions of onnxruntime", () => {
  it.each([
    [DAMAGED, "graph"],
    [PARTLY, "operators"],
    [NO_ADAPTER, "other"],
    [LOST, "lost"],
    ["A valid external Instance reference no longer exists.", "lost"],
    [NO_WASM, "start"],
    ["No Op registered for Frob with domain_version of 17, in wasm", "graph"],
  ])("%s: %s", (message, fault) => {
    expect(onnxFault(new Error(message))).toBe(fault);
  });

  it("lose the places in the source and the full stop", () => {
    expect(onnxReason(new Error(NO_ADAPTER))).toBe("No supported adapters");
    expect(onnxReason("text.")).toBe("text");
  });

  it("become errors that name the device", () => {
    expect(onnxLoadError(new Error(DAMAGED), "webgpu")).toMatchObject({ code: "MODEL_LOAD" });
    expect(onnxLoadError(new Error(NO_ADAPTER), "webgpu")).toMatchObject({
      code: "DEVICE_UNAVAILABLE",
      data: { device: "webgpu" },
    });
    expect(onnxLoadError(new Error(NO_ADAPTER), "cpu")).toMatchObject({ code: "MODEL_LOAD" });
    expect(onnxLoadError(new Error(PARTLY), "cuda").message).toMatch(/^The device cuda.*every operator/);
    expect(onnxRunError(new Error(LOST), "webgpu")).toMatchObject({ code: "DEVICE_LOST", data: { device: "webgpu" } });
    expect(onnxRunError(new Error("out of memory."), "wasm")).toMatchObject({
      code: "INFERENCE_FAILED",
      message: "The graph failed on wasm: out of memory.",
    });
  });
});
