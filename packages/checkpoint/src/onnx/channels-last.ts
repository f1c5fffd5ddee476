import { exactHalves } from "../half-float.js";
import type { GraphBuilder } from "./graph-builder.js";

/** Constant numbers in the order of TensorFlow's layouts, channels last. */
export interface ChannelsLastConstant {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** The constant with its axes in another order. */
export function permute({ shape, data }: ChannelsLastConstant, axes: readonly number[]): ChannelsLastConstant {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const permuted = axes.map((axis) => shape[axis] as number);
  const result = new Float32Array(data.length);
  for (let index = 0; index < result.length; index++) {
    let rest = index;
    let from = 0;
    for (let position = axes.length - 1; position >= 0; position--) {
      const size = permuted[position] as number;
      from += (rest % size) * (strides[axes[position] as number] as number);
      rest = Math.floor(rest / size);
    }
    result[index] = data[from] as number;
  }
  return { shape: permuted, data: result };
}

/** Adds a float32 constant to a graph, stored as binary16 where that changes no value. */
export function addWeight(builder: GraphBuilder, { data, shape }: ChannelsLastConstant): string {
  const values = Float32Array.from(data);
  const halves = exactHalves(values);
  if (!halves) return builder.constant(values, shape);
  return builder.node("Cast", [builder.constant(halves, shape)], { to: 1 });
}

/**
 * Where the windows of a convolution or pooling lie with TensorFlow's padding, and the height and width that they leave.
 *
 * @param from height and width of what they lie on.
 * @see https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
 */
export function slidingWindow(
  from: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
  padding: "SAME" | "VALID",
) {
  const before: number[] = [];
  const after: number[] = [];
  const size = kernel.map((length, axis) => {
    const [available = 0, stride = 1] = [from[axis], strides[axis]];
    const to = Math.ceil((padding === "SAME" ? available : available - length + 1) / stride);
    const total = padding === "SAME" ? Math.max(0, (to - 1) * stride + length - available) : 0;
    before.push(Math.floor(total / 2));
    after.push(Math.ceil(total / 2));
    return to;
  });
  return { size, attributes: { kernel_shape: kernel, strides, pads: [...before, ...after] } };
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}
