import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { convertTfjsModel } from "./convert-tfjs-model.js";

describe("windows with TensorFlow's SAME and VALID padding", () => {
  const sizes = [
    { size: [7, 6], kernel: [3, 3], stride: 2 },
    { size: [8, 5], kernel: [2, 3], stride: 2 },
    { size: [5, 9], kernel: [5, 2], stride: 3 },
    { size: [6, 6], kernel: [1, 1], stride: 1 },
  ] as const;
  for (const padding of ["SAME", "VALID"] as const) {
    for (const { size, kernel, stride } of sizes) {
      test(`${padding} ${size} with ${kernel} every ${stride} is what TensorFlow.js computes`, async () => {
        const [height, width] = size;
        const image = numbers(2 * height * width * 4, 1);
        const depthwise = numbers(kernel[0] * kernel[1] * 4, 2);
        const filter = numbers(4 * 3, 3);
        const model = graphModel(
          [
            placeholder([height, width, 4]),
            node("depthwise", "DepthwiseConv2dNative", ["x", "dw"], windowAttributes(stride, padding)),
            node("mixed", "_FusedConv2D", ["depthwise", "filter", "bias", "slope"], {
              ...windowAttributes(1, "VALID"),
              fused_ops: { list: { s: [btoa("BiasAdd"), btoa("Prelu")] } },
            }),
            node("pooled", "MaxPool", ["x"], {
              ...windowAttributes(stride, padding),
              ksize: { list: { i: ["1", `${kernel[0]}`, `${kernel[1]}`, "1"] } },
            }),
            node("flat", "Reshape", ["mixed", "flatShape"]),
          ],
          {
            dw: [[...kernel, 4, 1], depthwise],
            filter: [[1, 1, 4, 3], filter],
            bias: [[3], [1, 2, 3]],
            slope: [
              [1, 1, 3],
              [0.5, -1, 2],
            ],
          },
          { flatShape: [[2], [-1, expectedLength(size, kernel, stride, padding) * 3]] },
          ["flat", "pooled"],
        );

        const session = await InferenceSession.create(convertTfjsModel(model.json, model.weights));
        const x = tf.tensor4d(image, [2, height, width, 4]);
        const feed = tf.transpose(x, [0, 3, 1, 2]).dataSync() as Float32Array;
        const actual = await session.run({ x: new Tensor("float32", feed, [2, 4, height, width]) });
        const mode = padding === "SAME" ? "same" : "valid";
        const convolved = tf.conv2d(
          tf.depthwiseConv2d(x, tf.tensor4d(depthwise, [...kernel, 4, 1]), stride, mode) as tf.Tensor4D,
          tf.tensor4d(filter, [1, 1, 4, 3]),
          1,
          "valid",
        );
        const mixed = tf.prelu(tf.add(convolved, tf.tensor1d([1, 2, 3])), tf.tensor1d([0.5, -1, 2]));
        const pooled = tf.transpose(tf.maxPool(x, [...kernel], stride, mode), [0, 3, 1, 2]);
        expect(actual.pooled?.dims).toEqual(pooled.shape);
        expectClose(actual.pooled?.data, pooled.dataSync());
        expectClose(actual.flat?.data, mixed.dataSync());
        await session.release();
      });
    }
  }
});

test("outputs that are not asked for are left out, with what only they need", () => {
  const nodes = [placeholder([4, 4, 3]), node("kept", "Relu", ["x"]), node("odd", "FusedBatchNormV3", ["x"])];
  const { json, weights } = graphModel(nodes, {}, {}, ["kept", "odd"]);
  expect(convertTfjsModel(json, weights, { outputs: ["kept"] }).byteLength).toBeGreaterThan(0);
  expect(() => convertTfjsModel(json, weights, { outputs: ["lost"] })).toThrow(/no output "lost"; it has kept, odd/);
});

test("an operator that is not known is named in the error", () => {
  const model = graphModel([placeholder([4, 4, 3]), node("odd", "FusedBatchNormV3", ["x"])], {}, {}, ["odd"]);
  expect(() => convertTfjsModel(model.json, model.weights)).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_INVALID", message: expect.stringContaining("FusedBatchNormV3") }),
  );
});

test("weights that are too short, too long or not there are refused", () => {
  const model = graphModel(
    [placeholder([4, 4, 3])],
    {
      filter: [
        [2, 2],
        [1, 2, 3, 4],
      ],
    },
    {},
    ["x"],
  );
  expect(() => convertTfjsModel(model.json, model.weights.subarray(1))).toThrow(/end before filter/);
  expect(() => convertTfjsModel(model.json, new Uint8Array([...model.weights, 0]))).toThrow(/1 bytes more/);
  const lacking = graphModel([placeholder([4, 4, 3]), node("relu", "Prelu", ["x", "slope"])], {}, {}, ["relu"]);
  expect(() => convertTfjsModel(lacking.json, lacking.weights)).toThrow(/lack "slope"/);
});

test("text that is no graph model is refused", () => {
  expect(() => convertTfjsModel("<html>", new Uint8Array())).toThrow(/not JSON/);
  expect(() => convertTfjsModel('{"format":"layers-model"}', new Uint8Array())).toThrow(/not a TensorFlow.js graph/);
});

type Weights = Record<string, [shape: number[], values: ArrayLike<number>]>;

function graphModel(nodes: object[], floats: Weights, integers: Weights, outputs: string[]) {
  const specs = [
    ...Object.entries(floats).map(([name, [shape]]) => ({ name, shape, dtype: "float32" })),
    ...Object.entries(integers).map(([name, [shape]]) => ({ name, shape, dtype: "int32" })),
  ];
  const parts = [
    ...Object.values(floats).map(([, values]) => new Uint8Array(Float32Array.from(values).buffer)),
    ...Object.values(integers).map(([, values]) => new Uint8Array(Int32Array.from(values).buffer)),
  ];
  const named = (names: string[]) => Object.fromEntries(names.map((name) => [name, { name: `${name}:0` }]));
  const json = JSON.stringify({
    signature: { inputs: named(["x"]), outputs: named(outputs) },
    modelTopology: { node: nodes },
    weightsManifest: [{ paths: ["weights.bin"], weights: specs }],
  });
  return { json, weights: new Uint8Array(Buffer.concat(parts)) };
}

function placeholder(shape: number[]) {
  return node("x", "Placeholder", [], {
    shape: { shape: { dim: ["-1", ...shape].map((size) => ({ size: `${size}` })) } },
  });
}

function node(name: string, op: string, input: string[], attr: object = {}) {
  return { name, op, input, attr };
}

function windowAttributes(stride: number, padding: string) {
  return {
    strides: { list: { i: ["1", `${stride}`, `${stride}`, "1"] } },
    dilations: { list: { i: ["1", "1", "1", "1"] } },
    data_format: { s: btoa("NHWC") },
    padding: { s: btoa(padding) },
  };
}

function expectedLength(size: readonly number[], kernel: readonly number[], stride: number, padding: string): number {
  return size.reduce(
    (area, length, axis) =>
      area * Math.ceil((padding === "SAME" ? length : length - (kernel[axis] as number) + 1) / stride),
    1,
  );
}

/** Numbers in [-1, 1] that look random and are the same every time. */
function numbers(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(seed * 91.7 + index * 78.233) ** 3);
}

function expectClose(actual: unknown, expected: ArrayLike<number>): void {
  const values = actual as Float32Array;
  expect(values.length).toBe(expected.length);
  for (const [index, value] of values.entries()) expect(value).toBeCloseTo(expected[index] as number, 5);
}
