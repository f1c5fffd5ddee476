import { GraphBuilder } from "../onnx/graph-builder.js";
import type { Clip } from "./read-clip.js";
import { type ClipDType, TowerWeights } from "./tower-weights.js";
import { TransformerWriter } from "./transformer.js";

/**
 * The image tower of a CLIP: `pixels [N,3,S,S]`, RGB in [0, 1] less CLIP's mean and divided by its standard deviation,
 * to `embedding [N,E]`, L2-normalised; float32. S is 224 for most models.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if a tensor is damaged or holds NaN or infinity
 * @see Dosovitskiy et al., "An Image Is Worth 16x16 Words"
 */
export function imageTowerGraph(clip: Clip, dtype: ClipDType = "fp32"): Uint8Array {
  const { size, patch, width, heads } = clip.config.image;
  const graph = new GraphBuilder("clip-image-tower");
  const weights = new TowerWeights(graph, dtype);
  const writer = new TransformerWriter(graph, weights, clip, clip.config.image);
  const embeddings = "vision_model.embeddings";
  const side = Math.floor(size / patch);
  const length = side * side + 1;

  graph.input("pixels", ["N", 3, size, size]);
  const kernel = weights.matrix(clip.weights(`${embeddings}.patch_embedding.weight`), [width, 3, patch, patch]);
  const convolved = graph.node("Conv", ["pixels", kernel], { kernel_shape: [patch, patch], strides: [patch, patch] });
  const patches = graph.node("Reshape", [convolved, graph.ints(-1, width, length - 1)]);
  const tokens = graph.node("Transpose", [patches], { perm: [0, 2, 1] });
  // the class token is the same for every picture: a row of zeros to which its value comes with its position
  const padded = graph.node("Pad", [tokens, graph.ints(0, 1, 0, 0, 0, 0)]);
  const positions = clip.weights(`${embeddings}.position_embedding.weight`);
  for (const [i, value] of clip.weights(`${embeddings}.class_embedding`).entries())
    positions[i] = value + (positions[i] ?? 0);
  const placed = graph.node("Add", [padded, weights.exact(positions, [1, length, width])]);
  const flat = graph.node("Reshape", [placed, graph.ints(-1, width)]);

  const seen = writer.layers(
    writer.normalise(flat, "vision_model.pre_layrnorm"),
    "vision_model",
    graph.ints(-1, length, heads, width / heads),
  );
  const rows = graph.node("Reshape", [seen, graph.ints(-1, length, width)]);
  const classToken = graph.node("Gather", [rows, graph.constant(BigInt64Array.of(0n), [])], { axis: 1 });
  writer.embedding(writer.normalise(classToken, "vision_model.post_layernorm"), "visual_projection");
  return graph.finish();
}
