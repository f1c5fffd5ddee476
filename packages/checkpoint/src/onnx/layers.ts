import type { GraphBuilder } from "./graph-builder.js";

/** Slope of the leaky ReLU below zero. */
const SLOPE = 0.2;
/** The factor behind every activation, which keeps the variance. */
export const GAIN = Math.SQRT2;

export function leakyRelu(graph: GraphBuilder, value: string, output?: string): string {
  return graph.node("LeakyRelu", [value], { alpha: { float: SLOPE } }, output);
}

/** @see Hendrycks and Gimpel, "Gaussian Error Linear Units", the exact form */
export function gelu(graph: GraphBuilder, value: string): string {
  const error = graph.node("Erf", [graph.node("Div", [value, graph.scalar(Math.SQRT2)])]);
  const doubled = graph.node("Mul", [value, graph.node("Add", [error, graph.scalar(1)])]);
  return graph.node("Mul", [doubled, graph.scalar(0.5)]);
}

/** The same 4×4 kernel for every channel, turned over because a blur is a true convolution and `Conv` is not. */
export function depthwiseKernel(kernel: Float32Array, channels: number): Float32Array {
  const flipped = kernel.slice().reverse();
  const weights = new Float32Array(channels * flipped.length);
  for (let channel = 0; channel < channels; channel++) weights.set(flipped, channel * flipped.length);
  return weights;
}

/**
 * The names that a graph gives to the free height and width of what is `factor` times smaller than the picture: `height` and
 * `width`, then `height_2`, `width_2` and so on. A runtime that is told the value of each makes a graph of one size of it.
 */
export function sides(factor: number): readonly [height: string, width: string] {
  return factor === 1 ? ["height", "width"] : [`height_${factor}`, `width_${factor}`];
}
