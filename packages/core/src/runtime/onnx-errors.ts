import { MMFSError } from "../errors/mmfs-error.js";
import type { Device } from "./runtime.js";

/** What a sentence of onnxruntime is about. */
export type OnnxFault =
  /** The graph is damaged, or uses what onnxruntime does not know. */
  | "graph"
  /** The device has not every operator of the graph, and the CPU may not help out. */
  | "operators"
  /** The device is gone. */
  | "lost"
  /** The files of onnxruntime-web did not start. */
  | "start"
  | "other";

// The first that fits counts: a message about a graph may name WebAssembly as well.
const SENTENCES: readonly (readonly [OnnxFault, RegExp])[] = [
  ["operators", /fallback to CPU EP has been explicitly disabled/],
  ["graph", /protobuf parsing failed|INVALID_GRAPH|INVALID_PROTOBUF|No Op registered|opset|is invalid model/i],
  ["lost", /device (is |was )?lost|Instance reference no longer exists/i],
  ["start", /no available backend found|wasm|fetch|WebAssembly/i],
];

/** What an exception of onnxruntime (1.30) is about, which it tells in words alone. */
export function onnxFault(cause: unknown): OnnxFault {
  const message = messageOf(cause);
  return SENTENCES.find(([, sentence]) => sentence.test(message))?.[0] ?? "other";
}

/** What onnxruntime has to say, without the places in its source that it begins with and without the full stop. */
export function onnxReason(cause: unknown): string {
  return (
    messageOf(cause)
      .split(/ was false\. |: (?=[A-Z][a-z])/)
      .at(-1) ?? ""
  ).replace(/\.$/, "");
}

/** Why a graph was not loaded on a device that is there. */
export function onnxLoadError(cause: unknown, device: Device): MMFSError {
  const fault = onnxFault(cause);
  if (fault === "operators") {
    const reason = "it cannot run every operator of this graph, and the rest would go to the CPU";
    return deviceUnavailable(device, reason, cause);
  }
  const isCpu = device === "cpu" || device === "wasm";
  if (!isCpu && fault !== "graph") return deviceUnavailable(device, onnxReason(cause), cause);
  return new MMFSError("MODEL_LOAD", `onnxruntime refused the graph: ${onnxReason(cause)}.`, { cause });
}

/** Why a run failed. */
export function onnxRunError(cause: unknown, device: Device): MMFSError {
  if (onnxFault(cause) === "lost") return deviceLost(device, { cause });
  const message = `The graph failed on ${device}: ${onnxReason(cause)}.`;
  return new MMFSError("INFERENCE_FAILED", message, { cause, data: { device } });
}

export function deviceUnavailable(device: Device, reason: string, cause?: unknown): MMFSError {
  const message = `The device ${device} cannot be used here: ${reason}.`;
  return new MMFSError("DEVICE_UNAVAILABLE", message, { cause, data: { device } });
}

/** @param details.why what the device had to say. */
export function deviceLost(device: Device, { cause, why }: { cause?: unknown; why?: string } = {}): MMFSError {
  const message = `The ${device} device was lost; try again.${why ? ` (${why})` : ""}`;
  return new MMFSError("DEVICE_LOST", message, { cause, data: { device } });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.trim() : String(cause);
}
