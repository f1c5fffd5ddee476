import { type ClipDType, TowerWeights } from "../clip/tower-weights.js";
import { GraphBuilder } from "../onnx/graph-builder.js";
import type { Towers } from "./read-towers.js";
import { pooledWidth } from "./towers-layout.js";
import { unitEmbedding } from "./unit-embedding.js";

const EPSILON = 1e-5;

/**
 * The small image tower: `pixels [N,3,P,P]`, RGB in [0, 1] less CLIP's mean and divided by its standard deviation, to
 * `embedding [N,E]`, L2-normalised; float32.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if a tensor is damaged or holds NaN or infinity
 * @see towersLayout for the formula; Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance
 *   Normalization", for means and deviations as what a style is
 */
export function convolutionalImageGraph(towers: Towers, dtype: ClipDType = "fp16"): Uint8Array {
  const { embeddingDim, image } = towers.shape;
  const { size, convolutions, pools, hidden } = image;
  const graph = new GraphBuilder("mmfs-image-tower");
  const weights = new TowerWeights(graph, dtype);
  const matrix = (key: string, shape: readonly number[]) => weights.matrix(towers.weights(key), shape);
  const exact = (key: string, shape: readonly number[]) => graph.constant(towers.weights(key), shape);

  graph.input("pixels", ["N", 3, size, size]);
  const layers: string[] = [];
  let value = "pixels";
  let input = 3;
  for (const [index, { channels, stride }] of convolutions.entries()) {
    const name = `image.conv${index}`;
    const convolved = graph.node(
      "Conv",
      [value, matrix(`${name}.weight`, [channels, input, 3, 3]), exact(`${name}.bias`, [channels])],
      { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [stride, stride] },
    );
    value = graph.node("Relu", [convolved]);
    layers.push(value);
    input = channels;
  }

  const statistics = pools.flatMap((index) => {
    const layer = layers[index] ?? value;
    const mean = graph.node("ReduceMean", [layer], { axes: [2, 3], keepdims: 1 });
    const centred = graph.node("Sub", [layer, mean]);
    const squares = graph.node("Mul", [centred, centred]);
    const variance = graph.node("ReduceMean", [squares], { axes: [2, 3], keepdims: 1 });
    return [mean, graph.node("Sqrt", [graph.node("Add", [variance, graph.scalar(EPSILON)])])];
  });
  const joined = graph.node("Flatten", [graph.node("Concat", statistics, { axis: 1 })], { axis: 1 });
  const wide = graph.node(
    "Gemm",
    [joined, matrix("image.hidden.weight", [hidden, pooledWidth(image)]), exact("image.hidden.bias", [hidden])],
    { transB: 1 },
  );
  const out = graph.node(
    "Gemm",
    [
      graph.node("Relu", [wide]),
      matrix("image.out.weight", [embeddingDim, hidden]),
      exact("image.out.bias", [embeddingDim]),
    ],
    { transB: 1 },
  );
  unitEmbedding(graph, out, embeddingDim);
  return graph.finish();
}
