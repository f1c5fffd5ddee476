import type { GraphBuilder } from "../onnx/graph-builder.js";
import { gelu } from "../onnx/layers.js";
import type { Activation, TransformerConfig } from "./clip-config.js";
import type { Clip } from "./read-clip.js";
import type { TowerWeights } from "./tower-weights.js";

/** Writes what both towers have in common: a transformer with normalisation before each block, and the projection. */
export class TransformerWriter {
  constructor(
    readonly graph: GraphBuilder,
    readonly weights: TowerWeights,
    readonly clip: Clip,
    readonly config: TransformerConfig,
  ) {}

  /**
   * All layers, on `tokens [N·T, width]`.
   *
   * @param name where the layers are in the checkpoint: `text_model` or `vision_model`
   * @param split an int64 shape `[N, T, heads, width / heads]`, with -1 for N where only the graph's run tells it
   * @param mask `[T, T]`, added to the attention of each token (row) to each (column); everything is seen without it
   */
  layers(tokens: string, name: string, split: string, mask?: string): string {
    let value = tokens;
    for (let layer = 0; layer < this.config.layers; layer++) {
      const block = `${name}.encoder.layers.${layer}`;
      const attended = this.#attention(
        this.normalise(value, `${block}.layer_norm1`),
        `${block}.self_attn`,
        split,
        mask,
      );
      value = this.graph.node("Add", [value, attended]);
      const fed = this.#feedForward(this.normalise(value, `${block}.layer_norm2`), `${block}.mlp`);
      value = this.graph.node("Add", [value, fed]);
    }
    return value;
  }

  /** Layer normalisation over the last axis. */
  normalise(value: string, name: string): string {
    const { width, epsilon } = this.config;
    const parameters = ["weight", "bias"].map((key) =>
      this.graph.constant(this.clip.weights(`${name}.${key}`), [width], `${name}.${key}`),
    );
    return this.graph.node("LayerNormalization", [value, ...parameters], { axis: -1, epsilon: { float: epsilon } });
  }

  /** `pooled [N, width]` to the graph's output `embedding [N, E]` of length 1. */
  embedding(pooled: string, name: string): void {
    const { embeddingDim } = this.clip.config;
    const weight = this.weights.matrix(this.clip.weights(`${name}.weight`), [embeddingDim, this.config.width]);
    const projected = this.graph.node("Gemm", [pooled, weight], { transB: 1 });
    const length = this.graph.node("ReduceL2", [projected], { axes: [1], keepdims: 1 });
    this.graph.node("Div", [projected, length], {}, "embedding");
    this.graph.output("embedding", ["N", embeddingDim]);
  }

  #attention(tokens: string, name: string, split: string, mask: string | undefined): string {
    const { graph } = this;
    const { width, heads } = this.config;
    const part = (key: string, perm: readonly number[]) => {
      const projected = this.#linear(tokens, `${name}.${key}`, width, width);
      return graph.node("Transpose", [graph.node("Reshape", [projected, split])], { perm });
    };
    const query = graph.node("Mul", [part("q_proj", [0, 2, 1, 3]), graph.scalar(1 / Math.sqrt(width / heads))]);
    const key = part("k_proj", [0, 2, 3, 1]);
    const value = part("v_proj", [0, 2, 1, 3]);
    const scores = graph.node("MatMul", [query, key]);
    const seen = mask === undefined ? scores : graph.node("Add", [scores, mask]);
    const mixed = graph.node("MatMul", [graph.node("Softmax", [seen], { axis: -1 }), value]);
    const joined = graph.node("Transpose", [mixed], { perm: [0, 2, 1, 3] });
    const flat = graph.node("Reshape", [joined, graph.ints(-1, width)]);
    return this.#linear(flat, `${name}.out_proj`, width, width);
  }

  #feedForward(tokens: string, name: string): string {
    const { width, feedForward, activation } = this.config;
    const wide = this.#linear(tokens, `${name}.fc1`, width, feedForward);
    return this.#linear(activate(this.graph, activation, wide), `${name}.fc2`, feedForward, width);
  }

  #linear(value: string, name: string, input: number, output: number): string {
    const weight = this.weights.matrix(this.clip.weights(`${name}.weight`), [output, input]);
    const bias = this.graph.constant(this.clip.weights(`${name}.bias`), [output]);
    return this.graph.node("Gemm", [value, weight, bias], { transB: 1 });
  }
}

/** @see Hendrycks and Gimpel, "Gaussian Error Linear Units", for the quick form */
function activate(graph: GraphBuilder, activation: Activation, value: string): string {
  if (activation === "quick_gelu") {
    const gate = graph.node("Sigmoid", [graph.node("Mul", [value, graph.scalar(1.702)])]);
    return graph.node("Mul", [value, gate]);
  }
  return gelu(graph, value);
}
