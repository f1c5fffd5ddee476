import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { GraphBuilder } from "./graph-builder.js";

test("a graph with constants, attributes and a free batch runs in onnxruntime", async () => {
  const graph = new GraphBuilder("affine");
  graph.input("x", ["N", 2]);
  const weight = graph.constant(Float32Array.of(1, 2, 3, 4), [2, 2]);
  const bias = graph.constant(Float32Array.of(10, 20), [2]);
  const product = graph.node("Gemm", ["x", weight, bias], { alpha: { float: 0.5 }, transB: 1 });
  const [first, second] = graph.nodes("Split", [product, graph.ints(1, 1)], 2, { axis: 1 });
  graph.node("Concat", [second as string, first as string], { axis: 1 }, "y");
  graph.output("y", ["N", 2]);

  const session = await InferenceSession.create(graph.finish());
  const { y } = await session.run({ x: new Tensor("float32", Float32Array.of(1, 0, 0, 1, 1, 1), [3, 2]) });
  expect(y?.dims).toEqual([3, 2]);
  expect(Array.from(y?.data as Float32Array)).toEqual([21.5, 10.5, 22, 11, 23.5, 11.5]);
  await session.release();
});
