import { MMFSError } from "@mmfs/core";
import { layoutWeights } from "../network/layout-weights.js";
import type { Checkpoint } from "../reading/checkpoint.js";
import { MEMORY, TABLE, type TowersShape, towersLayout } from "./towers-layout.js";

/** Small towers inside a checkpoint: their sizes are known and every tensor is there in the right shape. */
export interface Towers {
  readonly shape: TowersShape;
  /** The table of tokens, `[V,K]`, row by row. */
  table(): Int8Array;
  /** The memory of pictures, `[M,E]`, row by row; empty if `shape.text.memory` is absent. */
  memory(): Int8Array;
  /**
   * The tensor of that key, as float32.
   *
   * @throws {MMFSError} `CHECKPOINT_INVALID` if it is damaged or holds NaN or infinity
   */
  weights(key: string): Float32Array;
}

const MAX_CONVOLUTIONS = 64;

/**
 * Finds the two small towers in a safetensors file, as `mmfs_training` writes them; {@link towersLayout} says what is in
 * it and what the towers compute.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, naming the first tensor or metadata that is missing, odd or of a wrong shape
 */
export function readTowers(checkpoint: Checkpoint): Towers {
  const { tensors, metadata, byteLength } = checkpoint;
  const sizeOf = (key: string, axis: number): number => {
    const tensor = tensors.get(key);
    if (!tensor) throw mismatch(`it lacks ${key}`);
    const size = tensor.shape[axis];
    if (size === undefined || size < 1) throw mismatch(`${key} has shape [${tensor.shape}]`);
    return size;
  };
  const numbersOf = (key: string): number[] => {
    const text = metadata.get(key);
    if (text === undefined) throw mismatch(`it lacks the metadata ${key}`);
    if (!/^\d{1,7}(,\d{1,7})*$/.test(text)) {
      throw mismatch(`its metadata ${key} is "${text.slice(0, 60)}" where whole numbers with commas are expected`);
    }
    return text.split(",").map(Number);
  };
  const numberOf = (key: string): number => {
    const [number, ...others] = numbersOf(key);
    if (number === undefined || others.length > 0) throw mismatch(`its metadata ${key} is more than one number`);
    return number;
  };

  const vocabulary = sizeOf(TABLE, 0);
  const width = sizeOf(TABLE, 1);
  const table = tensors.get(TABLE);
  if (table?.dtype !== "int8" || table.shape.length !== 2) {
    throw mismatch(`${TABLE} is of type ${table?.dtype} and shape [${table?.shape}] where int8 [V,K] is expected`);
  }
  const endToken = numberOf("text.end_id");
  if (endToken >= vocabulary) throw mismatch(`its end token ${endToken} is none of its ${vocabulary} tokens`);

  const embeddingDim = sizeOf("text.out.weight", 0);
  const memory = tensors.get(MEMORY);
  if (memory && (memory.dtype !== "int8" || memory.shape.length !== 2 || memory.shape[1] !== embeddingDim)) {
    throw mismatch(`${MEMORY} is of type ${memory.dtype} and shape [${memory.shape}] where int8 [M,E] is expected`);
  }

  const strides = numbersOf("image.strides");
  if (strides.length > MAX_CONVOLUTIONS || strides.some((stride) => stride < 1 || stride > 8)) {
    throw mismatch(`its strides are ${strides.slice(0, 20)}: at most ${MAX_CONVOLUTIONS} of 1 to 8 are expected`);
  }
  const convolutions = strides.map((stride, index) => ({ stride, channels: sizeOf(`image.conv${index}.weight`, 0) }));
  const pools = numbersOf("image.pools");
  if (new Set(pools).size < pools.length || pools.some((index) => index >= convolutions.length)) {
    throw mismatch(
      `its metadata image.pools is ${pools}, where convolutions from 0 to ${strides.length - 1} are expected`,
    );
  }
  const size = numberOf("image.size");
  if (size < 8 || size > 1024) throw mismatch(`its pictures have ${size} pixels a side, where 8 to 1024 are expected`);

  const shape: TowersShape = {
    embeddingDim,
    text: {
      vocabulary,
      width,
      hidden: sizeOf("text.hidden.weight", 0),
      endToken,
      ...(memory && { memory: { rows: sizeOf(MEMORY, 0), sharpness: numberOf("text.sharpness") } }),
    },
    image: { size, convolutions, pools, hidden: sizeOf("image.hidden.weight", 0) },
  };
  const layout = towersLayout(shape);
  const sizes = `V ${vocabulary}, K ${width} and E ${shape.embeddingDim}`;
  const weights = layoutWeights(tensors, layout, { byteLength, prefix: "", sizes, refuse: mismatch });
  for (const [key, tensor] of tensors) {
    if (key !== TABLE && key !== MEMORY && !layout.has(key))
      throw mismatch(`its metadata leave no place for ${key} [${tensor.shape}]`);
  }
  return {
    shape,
    weights,
    table: () => Int8Array.from(table.toFloat32()),
    memory: () => Int8Array.from(memory?.toFloat32() ?? []),
  };
}

function mismatch(what: string): MMFSError {
  return new MMFSError(
    "CHECKPOINT_INVALID",
    `This checkpoint holds no towers that can be used: ${what}. Write it with mmfs_training.`,
  );
}
