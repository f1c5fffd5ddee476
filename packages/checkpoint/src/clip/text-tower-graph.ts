import { ElementType, GraphBuilder } from "../onnx/graph-builder.js";
import { LEGACY_END_TOKEN } from "./clip-config.js";
import type { Clip } from "./read-clip.js";
import { type ClipDType, TowerWeights } from "./tower-weights.js";
import { TransformerWriter } from "./transformer.js";

/** Far below any score, and its exponential is 0; infinity is not used because shaders may assume that there is none. */
const UNSEEN = -1e9;

/**
 * The text tower of a CLIP: `input_ids [N,T]`, int64, start and end tokens included and T up to 77 in most models, to
 * `embedding [N,E]`, float32 and L2-normalised.
 *
 * The embedding is that of the end token, which the graph finds: the first one that equals the `eos_token_id` of the
 * configuration, or the first of the highest id where that is 2. A token sees only those before it, so it does not
 * matter what a shorter text is padded with behind its end.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if a tensor is damaged or holds NaN or infinity
 * @see `CLIPTextModel` of transformers for the rule of the end token
 */
export function textTowerGraph(clip: Clip, dtype: ClipDType = "fp32"): Uint8Array {
  const { vocabulary, positions, width, heads, endToken } = clip.config.text;
  const graph = new GraphBuilder("clip-text-tower");
  const weights = new TowerWeights(graph, dtype);
  const writer = new TransformerWriter(graph, weights, clip, clip.config.text);
  const embeddings = "text_model.embeddings";

  graph.input("input_ids", ["N", "T"], "int64");
  const shape = graph.node("Shape", ["input_ids"]);
  const length = graph.node("Slice", [shape, graph.ints(1), graph.ints(2)]);
  const table = weights.matrix(clip.weights(`${embeddings}.token_embedding.weight`), [vocabulary, width]);
  const tokens = graph.node("Gather", [table, "input_ids"], { axis: 0 });
  const places = weights.exact(clip.weights(`${embeddings}.position_embedding.weight`), [positions, width]);
  const taken = graph.node("Slice", [places, graph.ints(0), length, graph.ints(0)]);
  const flat = graph.node("Reshape", [graph.node("Add", [tokens, taken]), graph.ints(-1, width)]);

  const square = graph.node("Concat", [length, length], { axis: 0 });
  const mask = graph.node("Slice", [causalMask(graph, positions), graph.ints(0, 0), square, graph.ints(0, 1)]);
  const split = graph.node("Concat", [shape, graph.ints(heads, width / heads)], { axis: 0 });
  const read = writer.layers(flat, "text_model", split, mask);

  const whole = graph.node("Concat", [shape, graph.ints(width)], { axis: 0 });
  const rows = graph.node("Reshape", [read, whole]);
  // normalising the end token alone gives what normalising all of them and choosing it gives
  const pooled = graph.node("GatherND", [rows, endPosition(graph, endToken)], { batch_dims: 1 });
  writer.embedding(writer.normalise(pooled, "text_model.final_layer_norm"), "text_projection");
  return graph.finish();
}

/** `[N,1]`, int64: where each text ends. */
function endPosition(graph: GraphBuilder, endToken: number): string {
  const sought =
    endToken === LEGACY_END_TOKEN
      ? "input_ids"
      : graph.node("Equal", ["input_ids", graph.constant(BigInt64Array.of(BigInt(endToken)), [])]);
  const ranked = graph.node("Cast", [sought], { to: ElementType.int32 });
  return graph.node("ArgMax", [ranked], { axis: 1, keepdims: 1 });
}

function causalMask(graph: GraphBuilder, positions: number): string {
  const mask = new Float32Array(positions * positions);
  for (let row = 0; row < positions; row++) mask.fill(UNSEEN, row * positions + row + 1, (row + 1) * positions);
  return graph.constant(mask, [positions, positions]);
}
