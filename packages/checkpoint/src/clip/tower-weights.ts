import { toHalves } from "../half-float.js";
import type { GraphBuilder } from "../onnx/graph-builder.js";
import { Weights } from "../onnx/weights.js";

/**
 * How a graph stores its matrices: as float32, as float16, or as int8 with a float32 factor for each output (a row).
 * The arithmetic is float32 in all three. Biases, positions and normalisation are never rounded.
 */
export type ClipDType = "fp32" | "fp16" | "int8";

/** The largest int8 that has an opposite. */
const LARGEST = 127;

/**
 * Writes the weights of a tower.
 *
 * Matrices that are stored as float16 or int8 are widened by nodes whose inputs are constants (`Cast`, and `Mul` for
 * int8), which onnxruntime computes once, when it loads the graph. So nothing but float32 reaches the execution
 * provider, and every provider runs what it runs of the float32 graph, at the same speed and in the same memory. A tower
 * runs once for a prompt or a reference picture, so the download counts, not the milliseconds.
 *
 * Integer arithmetic (`DynamicQuantizeLinear`, `MatMulInteger`) takes a third of the time on a CPU, but it rounds the
 * activations too, and onnxruntime 1.30 has no WebGPU kernels for it: each product would be computed on the CPU, with
 * copies to and fro. `DequantizeLinear` is computed again on every run, which takes up to twice the time.
 */
export class TowerWeights {
  readonly #weights: Weights;

  constructor(
    readonly graph: GraphBuilder,
    readonly dtype: ClipDType,
  ) {
    this.#weights = new Weights(graph, "fp32");
  }

  /** A constant that is never rounded. */
  exact(values: Float32Array, shape: readonly number[]): string {
    return this.#weights.float(values, shape);
  }

  /** A constant of one row for each output (or for each entry of a table), in the precision of the graph. */
  matrix(values: Float32Array, shape: readonly number[]): string {
    if (this.dtype === "fp32") return this.exact(values, shape);
    if (this.dtype === "fp16") return this.#weights.toFloat(this.graph.constant(toHalves(values), shape));
    const { rounded, scales } = quantise(values, shape[0] as number);
    const integers = this.#weights.toFloat(this.graph.constant(rounded, shape));
    const column = shape.map((size, axis) => (axis === 0 ? size : 1));
    return this.graph.node("Mul", [integers, this.graph.constant(scales, column)]);
  }
}

/** Symmetric: each row is divided by what makes its largest element ±127, and rounded. */
function quantise(values: Float32Array, rows: number): { rounded: Int8Array; scales: Float32Array } {
  const rounded = new Int8Array(values.length);
  const scales = new Float32Array(rows);
  const length = values.length / rows;
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    let largest = 0;
    for (let i = start; i < start + length; i++) largest = Math.max(largest, Math.abs(values[i] as number));
    const scale = largest === 0 ? 1 : largest / LARGEST;
    scales[row] = scale;
    for (let i = start; i < start + length; i++) rounded[i] = Math.round((values[i] as number) / scale);
  }
  return { rounded, scales };
}
