import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Element types of ONNX tensors that our graphs use, with the numbers of `TensorProto.DataType`. */
export const ElementType = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 } as const;
export type ElementTypeName = keyof typeof ElementType;

/** A size that the caller decides at run time is given by a name, as `"N"`. */
export type Dimension = number | string;

export type Attribute = number | string | readonly number[] | { float: number } | { floats: readonly number[] };

interface Node {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Record<string, Attribute>;
}

interface ValueInfo {
  name: string;
  type: ElementTypeName;
  shape: readonly Dimension[];
}

interface Initializer {
  name: string;
  type: ElementTypeName;
  shape: readonly number[];
  data: Uint8Array;
}

/**
 * Builds an ONNX model node by node and writes it as bytes.
 *
 * Values are named by the strings that {@link input}, {@link constant} and {@link node} return. Attribute numbers are
 * written as integers unless wrapped as `{ float }` or `{ floats }`.
 *
 * @see onnx.proto3 of the ONNX specification, IR version 8
 */
export class GraphBuilder {
  readonly #nodes: Node[] = [];
  readonly #inputs: ValueInfo[] = [];
  readonly #outputs: ValueInfo[] = [];
  readonly #initializers: Initializer[] = [];
  #counter = 0;

  constructor(
    readonly name: string,
    readonly opset = 17,
  ) {}

  input(name: string, shape: readonly Dimension[], type: ElementTypeName = "float32"): string {
    this.#inputs.push({ name, shape, type });
    return name;
  }

  output(name: string, shape: readonly Dimension[], type: ElementTypeName = "float32"): void {
    this.#outputs.push({ name, shape, type });
  }

  /** A constant of the graph. Float32 data is stored as it is; float16 is given as its bits in a `Uint16Array`. */
  constant(
    data: Float32Array | Uint16Array | Int8Array | Int32Array | BigInt64Array,
    shape: readonly number[],
    name = this.#fresh("const"),
  ): string {
    const type: ElementTypeName =
      data instanceof Float32Array
        ? "float32"
        : data instanceof Uint16Array
          ? "float16"
          : data instanceof Int8Array
            ? "int8"
            : data instanceof Int32Array
              ? "int32"
              : "int64";
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.push({ name, type, shape, data: bytes });
    return name;
  }

  /** A one-dimensional int64 constant: shapes, axes, pads. */
  ints(...values: number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** A scalar float32 constant. */
  scalar(value: number): string {
    return this.constant(Float32Array.of(value), []);
  }

  /** Adds a node with one output and returns the output's name. */
  node(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}, output?: string): string {
    const name = output ?? this.#fresh(op);
    this.#nodes.push({ op, inputs, outputs: [name], attributes });
    return name;
  }

  /** Adds a node with several outputs and returns their names. */
  nodes(op: string, inputs: readonly string[], outputs: number, attributes: Record<string, Attribute> = {}): string[] {
    const names = Array.from({ length: outputs }, () => this.#fresh(op));
    this.#nodes.push({ op, inputs, outputs: names, attributes });
    return names;
  }

  /** The bytes of the `.onnx` file. Weights are copied once, into the result. */
  finish(): Uint8Array {
    const graph: Chunks = [
      ...this.#nodes.flatMap((node) => message(1, [writeNode(node).finish()])),
      new BinaryWriter().tag(2, WireType.LengthDelimited).string(this.name).finish(),
      ...this.#initializers.flatMap((initializer) => message(5, writeTensor(initializer))),
      ...this.#inputs.flatMap((value) => message(11, [writeValueInfo(value).finish()])),
      ...this.#outputs.flatMap((value) => message(12, [writeValueInfo(value).finish()])),
    ];
    const start = new BinaryWriter().tag(1, WireType.Varint).int64(8);
    start.tag(2, WireType.LengthDelimited).string("@mmfs/checkpoint");
    const opset = new BinaryWriter().tag(2, WireType.Varint).int64(this.opset);
    return concatenate([start.finish(), ...message(7, graph), ...message(8, [opset.finish()])]);
  }

  #fresh(stem: string): string {
    this.#counter += 1;
    return `${stem}_${this.#counter}`;
  }
}

/** Bytes in pieces, so that what contains a tensor need not copy it. */
type Chunks = Uint8Array[];

function message(field: number, content: Chunks): Chunks {
  const length = content.reduce((sum, chunk) => sum + chunk.length, 0);
  return [new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish(), ...content];
}

function concatenate(chunks: Chunks): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

function nest(writer: BinaryWriter, field: number, content: BinaryWriter): void {
  writer.tag(field, WireType.LengthDelimited).bytes(content.finish());
}

function writeNode({ op, inputs, outputs, attributes }: Node): BinaryWriter {
  const writer = new BinaryWriter();
  for (const name of inputs) writer.tag(1, WireType.LengthDelimited).string(name);
  for (const name of outputs) writer.tag(2, WireType.LengthDelimited).string(name);
  writer.tag(3, WireType.LengthDelimited).string(outputs[0] ?? op);
  writer.tag(4, WireType.LengthDelimited).string(op);
  for (const [name, value] of Object.entries(attributes)) nest(writer, 5, writeAttribute(name, value));
  return writer;
}

/** `AttributeProto.AttributeType` */
const AttributeType = { float: 1, int: 2, string: 3, floats: 6, ints: 7 } as const;

function writeAttribute(name: string, value: Attribute): BinaryWriter {
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  const type = (kind: number) => writer.tag(20, WireType.Varint).int32(kind);
  if (typeof value === "number") {
    writer.tag(3, WireType.Varint).int64(value);
    type(AttributeType.int);
  } else if (typeof value === "string") {
    writer.tag(4, WireType.LengthDelimited).string(value);
    type(AttributeType.string);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    type(AttributeType.float);
  } else if ("floats" in value) {
    for (const number of value.floats) writer.tag(7, WireType.Bit32).float(number);
    type(AttributeType.floats);
  } else {
    for (const number of value) writer.tag(8, WireType.Varint).int64(number);
    type(AttributeType.ints);
  }
  return writer;
}

function writeTensor({ name, type, shape, data }: Initializer): Chunks {
  const writer = new BinaryWriter();
  for (const size of shape) writer.tag(1, WireType.Varint).int64(size);
  writer.tag(2, WireType.Varint).int32(ElementType[type]);
  writer.tag(8, WireType.LengthDelimited).string(name);
  return [writer.finish(), ...message(9, [data])];
}

function writeValueInfo({ name, type, shape }: ValueInfo): BinaryWriter {
  const dimensions = new BinaryWriter();
  for (const size of shape) {
    const dimension = new BinaryWriter();
    if (typeof size === "number") dimension.tag(1, WireType.Varint).int64(size);
    else dimension.tag(2, WireType.LengthDelimited).string(size);
    nest(dimensions, 1, dimension);
  }
  const tensorType = new BinaryWriter().tag(1, WireType.Varint).int32(ElementType[type]);
  nest(tensorType, 2, dimensions);
  const typeProto = new BinaryWriter();
  nest(typeProto, 1, tensorType);
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).string(name);
  nest(writer, 2, typeProto);
  return writer;
}
