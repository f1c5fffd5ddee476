/** Element types that a checkpoint may hold; every one can be widened to float32. */
export type CheckpointDType =
  | "float16"
  | "bfloat16"
  | "float32"
  | "float64"
  | "bool"
  | "uint8"
  | "int8"
  | "int16"
  | "int32"
  | "int64";

/** A tensor inside the bytes of a checkpoint. Nothing is converted before it is asked for. */
export interface CheckpointTensor {
  readonly dtype: CheckpointDType;
  readonly shape: readonly number[];
  /**
   * The elements, row-major, as float32; a new array on every call.
   *
   * @throws {MMFSError} `CHECKPOINT_INVALID` if the stored bytes are damaged
   */
  toFloat32(): Float32Array;
}

/** What {@link readCheckpoint} finds in a file. */
export interface Checkpoint {
  readonly format: "torch" | "torch-legacy" | "safetensors";
  /** Length of the file in bytes: an honest upper bound of what its tensors may hold. */
  readonly byteLength: number;
  /** Tensors by their path: the keys of nested dictionaries joined by dots, as in `G_ema_model.encoder.0.0.weight`. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** The strings that a safetensors file says of itself; empty for the other formats. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The number of elements of a shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
