import { MMFSError } from "@mmfs/core";
import { disableTelemetry } from "./disable-telemetry.js";

export type OnnxRuntime = typeof import("onnxruntime-node");

/**
 * Loads onnxruntime-node, which is only done where something is computed.
 *
 * @param load how it is imported; tests pass their own.
 * @throws {MMFSError} `UNSUPPORTED_PLATFORM` where it has no native library for this machine.
 */
export async function loadOnnxRuntime(
  load: () => Promise<OnnxRuntime> = async () => {
    const module = await import("onnxruntime-node");
    return "InferenceSession" in module ? module : (module as { default: OnnxRuntime }).default;
  },
): Promise<OnnxRuntime> {
  disableTelemetry();
  try {
    const onnxRuntime = await load();
    onnxRuntime.env.logLevel = "error";
    return onnxRuntime;
  } catch (cause) {
    throw new MMFSError(
      "UNSUPPORTED_PLATFORM",
      `onnxruntime-node cannot be loaded on ${process.platform}-${process.arch}. It has libraries for Linux (x64 and ` +
        "arm64, with glibc), macOS on Apple silicon and Windows (x64 and arm64); elsewhere use @mmfs/web in a browser.",
      { cause },
    );
  }
}
