import type { MMFSError } from "@mmfs/core";
import { type CheckpointTensor, elementCount } from "../reading/checkpoint.js";

const FLOATS: ReadonlySet<string> = new Set(["float16", "bfloat16", "float32", "float64"]);

export interface LayoutOptions {
  /** Length of the file that the tensors come from. */
  byteLength: number;
  /** What stands before the keys of the layout in the file, for messages. */
  prefix: string;
  /** The sizes that the layout was made for, for messages. */
  sizes: string;
  /** Makes the error from what is wrong. */
  refuse(what: string): MMFSError;
}

/**
 * Checks that every tensor of a layout is there, in its shape and of floats, and returns a function that gives their
 * elements as float32 by key. The returned function throws too: for a tensor that holds NaN or infinity.
 *
 * @throws what `refuse` makes, naming the first tensor that is missing or of a wrong shape or type
 */
export function layoutWeights(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  layout: ReadonlyMap<string, readonly number[]>,
  { byteLength, prefix, sizes, refuse }: LayoutOptions,
): (key: string) => Float32Array {
  let bytes = 0;
  for (const [key, shape] of layout) {
    const tensor = tensors.get(key);
    if (!tensor) throw refuse(`it lacks ${prefix}${key}, of shape [${shape}] for ${sizes}`);
    if (String(tensor.shape) !== String(shape)) {
      throw refuse(`${prefix}${key} has shape [${tensor.shape}] where [${shape}] is expected for ${sizes}`);
    }
    if (!FLOATS.has(tensor.dtype)) throw refuse(`${prefix}${key} is of type ${tensor.dtype}`);
    bytes += 4 * elementCount(shape);
  }
  // tensors may share storages, so a small file could stand for much more than it holds
  if (bytes > 2 * byteLength + 64 * 1024 * 1024) {
    throw refuse(`its tensors share memory so that ${byteLength} bytes stand for ${bytes}`);
  }
  return (key) => {
    const tensor = tensors.get(key);
    if (!tensor) throw refuse(`it lacks ${prefix}${key}`);
    const values = tensor.toFloat32();
    if (!values.every(Number.isFinite)) throw refuse(`${prefix}${key} holds NaN or infinity`);
    return values;
  };
}
