import { type ClipDType, TowerWeights } from "../clip/tower-weights.js";
import { ElementType, GraphBuilder } from "../onnx/graph-builder.js";
import { gelu } from "../onnx/layers.js";
import type { Towers } from "./read-towers.js";
import { toUnitLength, unitEmbedding } from "./unit-embedding.js";

/** A text of nothing but tokens without a meaning has a sum of length 0. */
const SHORTEST = 1e-6;

/**
 * The small text tower: `input_ids [N,T]`, int64, start and end tokens included, to `embedding [N,E]`, float32 and
 * L2-normalised; T is free. The end token counts as the end of the text wherever it first stands, so that the shorter
 * texts of a batch may be padded with anything. The table of tokens is int8 in the file and in memory.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if a tensor is damaged or holds NaN or infinity
 * @see towersLayout for the formula; van Dongen and Tulkens, "Model2Vec", for static embeddings of tokens
 */
export function pooledTextGraph(towers: Towers, dtype: ClipDType = "fp16"): Uint8Array {
  const { embeddingDim, text } = towers.shape;
  const { vocabulary, width, hidden, endToken } = text;
  const graph = new GraphBuilder("mmfs-text-tower");
  const weights = new TowerWeights(graph, dtype);
  const matrix = (key: string, shape: readonly number[]) => weights.matrix(towers.weights(key), shape);
  const exact = (key: string, shape: readonly number[]) => graph.constant(towers.weights(key), shape);

  graph.input("input_ids", ["N", "T"], "int64");
  const isEnd = graph.node("Equal", ["input_ids", graph.constant(BigInt64Array.of(BigInt(endToken)), [])]);
  const ends = graph.node("Cast", [isEnd], { to: ElementType.float32 });
  const endsSoFar = graph.node("CumSum", [ends, graph.constant(BigInt64Array.of(1n), [])]);
  const counts = graph.node("Cast", [graph.node("Less", [endsSoFar, graph.scalar(0.5)])], { to: ElementType.float32 });
  const scales = graph.node("Gather", [exact("text.scale", [vocabulary]), "input_ids"], { axis: 0 });
  const shares = graph.node("Unsqueeze", [graph.node("Mul", [counts, scales]), graph.ints(1)]);

  const gathered = graph.node("Gather", [graph.constant(towers.table(), [vocabulary, width]), "input_ids"], {
    axis: 0,
  });
  const rows = graph.node("Cast", [gathered], { to: ElementType.float32 });
  const sum = graph.node("Reshape", [graph.node("MatMul", [shares, rows]), graph.ints(-1, width)]);
  const length = graph.node("ReduceL2", [sum], { axes: [1], keepdims: 1 });
  const direction = graph.node("Div", [sum, graph.node("Max", [length, graph.scalar(SHORTEST)])]);
  const pooled = graph.node("Sub", [direction, exact("text.mean", [width])]);

  const wide = graph.node(
    "Gemm",
    [pooled, matrix("text.hidden.weight", [hidden, width]), exact("text.hidden.bias", [hidden])],
    { transB: 1 },
  );
  const out = graph.node(
    "Gemm",
    [gelu(graph, wide), matrix("text.out.weight", [embeddingDim, hidden]), exact("text.out.bias", [embeddingDim])],
    { transB: 1 },
  );
  const skip = graph.node("Gemm", [pooled, matrix("text.skip.weight", [embeddingDim, width])], { transB: 1 });
  unitEmbedding(graph, recalled(graph, towers, graph.node("Add", [out, skip])), embeddingDim);
  return graph.finish();
}

/** What the memory of pictures makes of `[N,E]`, of any length; the same without a memory. */
function recalled(graph: GraphBuilder, towers: Towers, value: string): string {
  const { embeddingDim, text } = towers.shape;
  if (!text.memory) return value;
  const { rows, sharpness } = text.memory;
  const stored = graph.constant(towers.memory(), [rows, embeddingDim]);
  const scales = graph.constant(towers.weights("text.memory_scale"), [rows, 1]);
  const memory = graph.node("Mul", [graph.node("Cast", [stored], { to: ElementType.float32 }), scales]);
  const cosines = graph.node("Gemm", [toUnitLength(graph, value), memory], { transB: 1 });
  const shares = graph.node("Softmax", [graph.node("Mul", [cosines, graph.scalar(sharpness)])], { axis: 1 });
  return graph.node("MatMul", [shares, memory]);
}
