import type { GraphBuilder } from "../onnx/graph-builder.js";

/** Divides `[N,E]` by its length, row by row. */
export function toUnitLength(graph: GraphBuilder, value: string, output?: string): string {
  const length = graph.node("ReduceL2", [value], { axes: [1], keepdims: 1 });
  return graph.node("Div", [value, length], {}, output);
}

/** Divides `[N,E]` by its length, row by row, and makes it the graph's output `embedding`. */
export function unitEmbedding(graph: GraphBuilder, value: string, embeddingDim: number): void {
  toUnitLength(graph, value, "embedding");
  graph.output("embedding", ["N", embeddingDim]);
}
