import { MMFSError } from "@mmfs/core";
import { halfToFloat } from "../half-float.js";
import { type ChannelsLastConstant, product } from "../onnx/channels-last.js";
import { FlatTable } from "./flatbuffer.js";

/** Elements of tensors, by the numbers of `TensorType`. */
const ELEMENTS = {
  0: { type: "float32", bytes: 4 },
  1: { type: "float16", bytes: 2 },
  2: { type: "int32", bytes: 4 },
} as const;

/** A tensor of a TensorFlow Lite model. */
export interface TfliteTensor {
  name: string;
  shape: readonly number[];
  type: "float32" | "float16" | "int32";
  /** Its numbers, little-endian, where it is a constant. */
  bytes: Uint8Array;
}

/** An operator of a TensorFlow Lite model; tensors are given by their places. */
export interface TfliteOperator {
  /** The number of `BuiltinOperator`. */
  code: number;
  /** The name of an operator that is not built in. */
  customName: string;
  /** Places of the inputs, -1 for one that is left out. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** What the schema's table of options for this operator holds, if the file has it. */
  options: FlatTable | undefined;
  customOptions: Uint8Array;
}

/** The main graph of a TensorFlow Lite model. */
export interface TfliteModel {
  tensors: readonly TfliteTensor[];
  /** In the order in which they run. */
  operators: readonly TfliteOperator[];
  inputs: readonly number[];
  outputs: readonly number[];
}

/** Far more than any model that is converted here has, and few enough that a damaged file costs no time. */
const [MOST_PARTS, MOST_AXES] = [4096, 8];

/**
 * Reads the graph of a `.tflite` file.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`
 * @see schema.fbs of TensorFlow Lite, version 3
 */
export function readTfliteModel(bytes: Uint8Array): TfliteModel {
  if (bytes.byteLength < 8) throw invalid("The TensorFlow Lite model is empty.");
  const root = FlatTable.root(bytes, "TFL3");
  const codes = atMost(MOST_PARTS, root.tables(1)).map((code) => ({
    // up to 127 the number stands in an older field of eight bits
    code: Math.max(code.int8(0), code.int32(3)),
    customName: code.string(1),
  }));
  const graphs = root.tables(2);
  const [graph] = graphs;
  if (graph === undefined || graphs.length > 1) throw invalid("The TensorFlow Lite model must have one graph.");
  const buffers = atMost(MOST_PARTS, root.tables(4)).map((buffer) => buffer.bytes(0));
  const tensors = atMost(MOST_PARTS, graph.tables(0)).map((tensor) => readTensor(tensor, buffers));
  const operators = atMost(MOST_PARTS, graph.tables(3)).map((operator): TfliteOperator => {
    const kind = codes[operator.uint32(0)];
    if (kind === undefined) throw invalid("An operator of the TensorFlow Lite model has no kind.");
    return {
      ...kind,
      inputs: atMost(MOST_AXES, operator.int32s(1)),
      outputs: atMost(MOST_AXES, operator.int32s(2)),
      options: operator.table(4),
      customOptions: operator.bytes(5),
    };
  });
  return {
    tensors,
    operators,
    inputs: atMost(MOST_AXES, graph.int32s(1)),
    outputs: atMost(MOST_AXES, graph.int32s(2)),
  };
}

/** The numbers of a constant. */
export function constantOf({ name, shape, type, bytes }: TfliteTensor): ChannelsLastConstant {
  const length = product(shape);
  const { bytes: width } = Object.values(ELEMENTS).find((element) => element.type === type) ?? { bytes: 4 };
  if (bytes.byteLength !== length * width) {
    throw invalid(`The tensor ${name} [${shape}] of ${type} has ${bytes.byteLength} bytes.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = {
    float32: (at: number) => view.getFloat32(at, true),
    float16: (at: number) => halfToFloat(view.getUint16(at, true)),
    int32: (at: number) => view.getInt32(at, true),
  }[type];
  const data = type === "int32" ? new Int32Array(length) : new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = read(i * width);
  return { shape, data };
}

function readTensor(tensor: FlatTable, buffers: readonly Uint8Array[]): TfliteTensor {
  const name = tensor.string(3);
  const shape = atMost(MOST_AXES, tensor.int32s(0));
  const element = ELEMENTS[tensor.int8(1) as keyof typeof ELEMENTS];
  const bytes = buffers[tensor.uint32(2)];
  if (element === undefined) throw invalid(`The tensor ${name} is of a type that is not read.`);
  if (bytes === undefined || !shape.every((size) => size > 0 && size < 2 ** 16)) {
    throw invalid(`The tensor ${name} has the shape [${shape}] or numbers that are not in the file.`);
  }
  return { name, shape, type: element.type, bytes };
}

function atMost<T>(most: number, list: T[]): T[] {
  if (list.length > most) throw invalid(`The TensorFlow Lite model has a list of ${list.length} parts.`);
  return list;
}

function invalid(message: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", message);
}
