import type { Tensor } from "onnxruntime-common";
import { MMFSError } from "../errors/mmfs-error.js";
import type { Tensors } from "../runtime/runtime.js";

/**
 * One output of a graph.
 *
 * @throws {MMFSError} `MODEL_LOAD` if the graph has none of that name.
 */
export function outputOf(outputs: Tensors, name: string): Tensor {
  const tensor = outputs[name];
  if (tensor !== undefined) return tensor;
  throw new MMFSError(
    "BUNDLE_INVALID",
    `A graph of the bundle has no output "${name}" (it has: ${Object.keys(outputs).join(", ")}). See the bundle format.`,
  );
}
