import { exactHalves, toHalves } from "../half-float.js";
import { ElementType, type GraphBuilder } from "./graph-builder.js";

/**
 * Arithmetic of convolutions and of what lies between them. Modulation, demodulation, the mapping network, the mapper
 * and every input and output are float32 in both.
 */
export type Arithmetic = "fp32" | "fp16";

/** Writes weights into a graph in the precision of the graph. */
export class Weights {
  constructor(
    readonly graph: GraphBuilder,
    readonly arithmetic: Arithmetic,
  ) {}

  get half(): boolean {
    return this.arithmetic === "fp16";
  }

  /** A constant times `scale` in the precision of the convolutions. */
  convolution(values: Float32Array, shape: readonly number[], scale = 1): string {
    if (this.half) return this.graph.constant(toHalves(scaled(values, scale)), shape);
    return this.float(values, shape, scale);
  }

  /**
   * A constant times `scale` that takes part in float32 arithmetic. Weights that a checkpoint holds as float16 stay
   * float16 in the file, with a `Cast` that a runtime folds when it loads the graph: half the bytes, the same numbers.
   */
  float(values: Float32Array, shape: readonly number[], scale = 1): string {
    const { graph } = this;
    // a handful of numbers is not worth two nodes
    const halves = values.length < 256 ? undefined : exactHalves(values);
    if (halves === undefined) return graph.constant(scaled(values, scale), shape);
    const cast = this.toFloat(graph.constant(halves, shape));
    return scale === 1 ? cast : graph.node("Mul", [cast, graph.scalar(scale)]);
  }

  /** Casts a value to the precision of the convolutions. */
  toConvolution(value: string): string {
    return this.half ? this.graph.node("Cast", [value], { to: ElementType.float16 }) : value;
  }

  /** Casts a value from the precision of the convolutions to float32. */
  fromConvolution(value: string): string {
    return this.half ? this.toFloat(value) : value;
  }

  toFloat(value: string): string {
    return this.graph.node("Cast", [value], { to: ElementType.float32 });
  }
}

function scaled(values: Float32Array, scale: number): Float32Array {
  return scale === 1 ? values : values.map((value) => value * scale);
}
