import { MAPPING_LAYERS } from "../network/network-layout.js";
import type { Network } from "../network/read-network.js";
import { GraphBuilder } from "./graph-builder.js";
import { GAIN, leakyRelu } from "./layers.js";
import { Weights } from "./weights.js";

/** Learning-rate multiplier of the mapping network, which scales its stored weights and biases. */
const RATE = 0.01;

/** The mapping network: `z [N,D]`, unit-normal, to `w [N,D]`; float32. */
export function mappingGraph(network: Network): Uint8Array {
  const { styleDim } = network.shape;
  const graph = new GraphBuilder("mmfs-mapping");
  const weights = new Weights(graph, "fp32");

  graph.input("z", ["N", styleDim]);
  const mean = graph.node("ReduceMean", [graph.node("Mul", ["z", "z"])], { axes: [1], keepdims: 1 });
  const norm = graph.node("Sqrt", [graph.node("Add", [mean, graph.scalar(1e-8)])]);
  let value = graph.node("Div", ["z", norm]);
  for (let layer = 1; layer <= MAPPING_LAYERS; layer++) {
    const weight = weights.float(network.weights(`mapping_z.${layer}.weight`), [styleDim, styleDim]);
    const bias = weights.float(network.weights(`mapping_z.${layer}.bias`), [styleDim]);
    // a leaky ReLU lets a positive factor through, so its gain goes before it
    const linear = graph.node("Gemm", [value, weight, bias], {
      transB: 1,
      alpha: { float: (GAIN * RATE) / Math.sqrt(styleDim) },
      beta: { float: GAIN * RATE },
    });
    value = leakyRelu(graph, linear, layer === MAPPING_LAYERS ? "w" : undefined);
  }
  graph.output("w", ["N", styleDim]);
  return graph.finish();
}
