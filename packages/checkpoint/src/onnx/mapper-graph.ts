import { MAPPER, STYLE_LAYERS } from "../network/network-layout.js";
import type { Network } from "../network/read-network.js";
import { GraphBuilder } from "./graph-builder.js";
import { leakyRelu } from "./layers.js";
import { Weights } from "./weights.js";

/**
 * The CLIP mapper: `embedding [N,E]`, L2-normalised, to `wplus [N,10,D]`; float32.
 *
 * @see Vaswani et al., "Attention Is All You Need"; Xiong et al., "On Layer Normalization in the Transformer
 *   Architecture" for normalisation before each block
 */
export function mapperGraph(network: Network): Uint8Array {
  const { styleDim } = network.shape;
  const { feedForward = MAPPER.feedForward } = network;
  const headDim = styleDim / MAPPER.heads;
  const graph = new GraphBuilder("mmfs-mapper");
  const weights = new Weights(graph, "fp32");

  const linear = (value: string, name: string, [input, output]: readonly [number, number], stem = ".") => {
    const weight = weights.float(network.weights(`${name}${stem}weight`), [output, input]);
    const bias = weights.float(network.weights(`${name}${stem}bias`), [output]);
    return graph.node("Gemm", [value, weight, bias], { transB: 1 });
  };
  const normalise = (value: string, name: string) =>
    graph.node(
      "LayerNormalization",
      [
        value,
        graph.constant(network.weights(`${name}.weight`), [styleDim]),
        graph.constant(network.weights(`${name}.bias`), [styleDim]),
      ],
      { axis: -1, epsilon: { float: 1e-5 } },
    );

  function attention(tokens: string, name: string): string {
    const joined = linear(tokens, `${name}.in_proj`, [styleDim, 3 * styleDim], "_");
    const split = graph.node("Reshape", [joined, graph.ints(-1, STYLE_LAYERS, 3, MAPPER.heads, headDim)]);
    const heads = graph.node("Transpose", [split], { perm: [2, 0, 3, 1, 4] });
    const part = (index: number) =>
      graph.node("Gather", [heads, graph.constant(BigInt64Array.of(BigInt(index)), [])], { axis: 0 });
    const query = graph.node("Mul", [part(0), graph.scalar(1 / Math.sqrt(headDim))]);
    const key = graph.node("Transpose", [part(1)], { perm: [0, 1, 3, 2] });
    const attended = graph.node("Softmax", [graph.node("MatMul", [query, key])], { axis: -1 });
    const mixed = graph.node("Transpose", [graph.node("MatMul", [attended, part(2)])], { perm: [0, 2, 1, 3] });
    const flat = graph.node("Reshape", [mixed, graph.ints(-1, styleDim)]);
    return linear(flat, `${name}.out_proj`, [styleDim, styleDim]);
  }

  graph.input("embedding", ["N", styleDim]);
  const positions = graph.constant(network.weights("clip_mapper.position_embedding"), [1, STYLE_LAYERS, styleDim]);
  const embedding = graph.node("Reshape", ["embedding", graph.ints(-1, 1, styleDim)]);
  let tokens = graph.node("Reshape", [graph.node("Add", [embedding, positions]), graph.ints(-1, styleDim)]);
  for (let layer = 0; layer < MAPPER.layers; layer++) {
    const name = `clip_mapper.transformer.layers.${layer}`;
    const attended = attention(normalise(tokens, `${name}.norm1`), `${name}.self_attn`);
    tokens = graph.node("Add", [tokens, attended]);
    const wide = linear(normalise(tokens, `${name}.norm2`), `${name}.linear1`, [styleDim, feedForward]);
    const narrow = linear(graph.node("Relu", [wide]), `${name}.linear2`, [feedForward, styleDim]);
    tokens = graph.node("Add", [tokens, narrow]);
  }
  const rows = graph.node("Reshape", [tokens, graph.ints(-1, STYLE_LAYERS, styleDim)]);
  leakyRelu(graph, rows, "wplus");
  graph.output("wplus", ["N", STYLE_LAYERS, styleDim]);
  return graph.finish();
}
