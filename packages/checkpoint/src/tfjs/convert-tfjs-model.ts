import { MMFSError } from "@mmfs/core";
import { GraphBuilder } from "../onnx/graph-builder.js";
import { readGraphModel } from "./graph-model.js";
import { TfjsGraphWriter } from "./graph-writer.js";

/** Options of {@link convertTfjsModel}. */
export interface ConvertTfjsOptions {
  /** The name of the graph. @default "tfjs" */
  name?: string | undefined;
  /** Outputs of the signature to keep; what only the others need is left out. @default all */
  outputs?: readonly string[] | undefined;
}

/**
 * Turns a TensorFlow.js graph model into an ONNX graph that computes the same.
 *
 * Pictures go in as `[N, C, H, W]` where TensorFlow has `[N, H, W, C]`; N is free. Outputs of four dimensions come out
 * the same way, all others as in TensorFlow. Inputs and outputs keep the names of the model's signature.
 * Weights that are binary16 numbers, as published models' mostly are, are stored in two bytes each and lose nothing.
 *
 * @param json the text of `model.json`.
 * @param weights the bytes of its `.bin` files, joined in the order of the manifest.
 * @throws {MMFSError} `CHECKPOINT_INVALID` when the model is damaged or has an operator that is not known here.
 * @see https://www.tensorflow.org/js/guide/saved_model#graph_models
 */
export function convertTfjsModel(json: string, weights: Uint8Array, options: ConvertTfjsOptions = {}): Uint8Array {
  const model = readGraphModel(json, weights);
  const builder = new GraphBuilder(options.name ?? "tfjs");
  const writer = new TfjsGraphWriter(builder, model);
  for (const name of options.outputs ?? Object.keys(model.outputs)) {
    const node = model.outputs[name];
    if (node === undefined) {
      const known = Object.keys(model.outputs).join(", ");
      throw new MMFSError("CHECKPOINT_INVALID", `The model has no output "${name}"; it has ${known}.`);
    }
    const value = writer.value(node);
    builder.node("Identity", [value.name], {}, name);
    builder.output(name, writer.outputShape(value));
  }
  return builder.finish();
}
