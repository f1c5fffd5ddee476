import { MMFSError } from "@mmfs/core";
import { halfToFloat } from "../half-float.js";
import type { ChannelsLastConstant } from "../onnx/channels-last.js";

/** A node of a TensorFlow.js graph. */
export interface TfjsNode {
  name: string;
  op: string;
  /** Names of nodes, without the number of their output. */
  inputs: readonly string[];
  /** Attributes as TensorFlow's JSON has them. */
  attributes: Record<string, TfjsAttribute>;
}

/** The forms of `tensorflow.AttrValue` that our operators have; strings are base64, integers decimal strings. */
interface TfjsAttribute {
  s?: string;
  i?: string | number;
  list?: { i?: (string | number)[]; s?: string[] };
  shape?: { dim?: { size: string | number }[] };
}

/** A TensorFlow.js graph model that has been read. */
export interface TfjsGraphModel {
  nodes: ReadonlyMap<string, TfjsNode>;
  constants: ReadonlyMap<string, ChannelsLastConstant>;
  /** Node names by the names of the signature. */
  inputs: Record<string, string>;
  outputs: Record<string, string>;
}

interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

type Signature = Record<"inputs" | "outputs", Record<string, { name: string }>>;

interface ModelJson {
  format?: string;
  signature?: Signature;
  userDefinedMetadata?: { signature?: Signature };
  modelTopology?: { node?: { name: string; op: string; input?: string[]; attr?: Record<string, TfjsAttribute> }[] };
  weightsManifest?: { weights: WeightEntry[] }[];
}

/**
 * Reads a TensorFlow.js graph model.
 *
 * @param json the text of `model.json`.
 * @param weights the bytes of its `.bin` files, joined in the order of the manifest.
 * @throws {MMFSError} `CHECKPOINT_INVALID` when it is no graph model, or when weights are missing or left over.
 */
export function readGraphModel(json: string, weights: Uint8Array): TfjsGraphModel {
  const model = parse(json);
  const signature = model.signature ?? model.userDefinedMetadata?.signature;
  const list = model.modelTopology?.node;
  if (!list || !model.weightsManifest || !signature) {
    throw invalid("The file is not a TensorFlow.js graph model; pass the model.json of one that has a signature.");
  }
  const nodes = new Map<string, TfjsNode>();
  for (const { name, op, input = [], attr = {} } of list) {
    nodes.set(name, { name, op, inputs: input.filter((it) => !it.startsWith("^")).map(nodeName), attributes: attr });
  }
  return {
    nodes,
    constants: readWeights(
      model.weightsManifest.flatMap((group) => group.weights),
      weights,
    ),
    inputs: nodeNames(signature.inputs),
    outputs: nodeNames(signature.outputs),
  };
}

function parse(json: string): ModelJson {
  try {
    return JSON.parse(json) as ModelJson;
  } catch (cause) {
    throw invalid("The TensorFlow.js model is not JSON; pass the text of its model.json.", cause);
  }
}

function nodeNames(tensors: Record<string, { name: string }>): Record<string, string> {
  return Object.fromEntries(Object.entries(tensors).map(([key, { name }]) => [nodeName(key), nodeName(name)]));
}

function nodeName(tensorName: string): string {
  return tensorName.replace(/:\d+$/, "");
}

function readWeights(entries: readonly WeightEntry[], weights: Uint8Array): Map<string, ChannelsLastConstant> {
  const constants = new Map<string, ChannelsLastConstant>();
  const view = new DataView(weights.buffer, weights.byteOffset, weights.byteLength);
  let offset = 0;
  for (const entry of entries) {
    const length = entry.shape.reduce((product, size) => product * size, 1);
    const element = elementReader(entry, view);
    if (!(offset + length * element.bytes <= weights.byteLength)) {
      throw invalid(`The weights end before ${entry.name}; pass all .bin files of the model, joined.`);
    }
    const data = entry.dtype === "int32" ? new Int32Array(length) : new Float32Array(length);
    for (let index = 0; index < length; index++) data[index] = element.read(offset + index * element.bytes);
    offset += length * element.bytes;
    constants.set(entry.name, { shape: entry.shape, data });
  }
  if (offset !== weights.byteLength) {
    throw invalid(
      `The weights have ${weights.byteLength - offset} bytes more than model.json names; are they its own?`,
    );
  }
  return constants;
}

function elementReader(entry: WeightEntry, view: DataView): { bytes: number; read(at: number): number } {
  const { dtype, quantization } = entry;
  const { scale = 1, min = 0 } = quantization ?? {};
  switch (quantization?.dtype ?? dtype) {
    case "float32":
      return { bytes: 4, read: (at) => view.getFloat32(at, true) };
    case "int32":
      return { bytes: 4, read: (at) => view.getInt32(at, true) };
    case "float16":
      return { bytes: 2, read: (at) => halfToFloat(view.getUint16(at, true)) };
    case "uint16":
      return { bytes: 2, read: (at) => view.getUint16(at, true) * scale + min };
    case "uint8":
      return { bytes: 1, read: (at) => view.getUint8(at) * scale + min };
    default:
      throw invalid(`The weight ${entry.name} is of type ${quantization?.dtype ?? dtype}, which is not read.`);
  }
}

function invalid(message: string, cause?: unknown): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", message, cause === undefined ? {} : { cause });
}
