import { MMFSError } from "@mmfs/core";
import { addWeight, type ChannelsLastConstant, permute, product, slidingWindow } from "../onnx/channels-last.js";
import type { Dimension, GraphBuilder } from "../onnx/graph-builder.js";
import type { TfjsGraphModel, TfjsNode } from "./graph-model.js";

/** A tensor of the graph that is being written. */
export interface TfjsValue {
  /** Its name in the ONNX graph. */
  name: string;
  /** Its sizes without the batch, in TensorFlow's order; `[H, W, C]` is held as `[N, C, H, W]` in the ONNX graph. */
  shape: readonly number[];
}

/**
 * Writes nodes of a TensorFlow.js graph into an ONNX graph, each when it is first asked for.
 *
 * Whatever has height, width and channels is kept as `[N, C, H, W]` from the input on; only a reshape, whose meaning
 * depends on the order in memory, goes back to TensorFlow's layout.
 */
export class TfjsGraphWriter {
  readonly #builder: GraphBuilder;
  readonly #model: TfjsGraphModel;
  readonly #inputNames: Record<string, string>;
  readonly #values = new Map<string, TfjsValue>();

  /** @param inputNames names for the inputs of the ONNX graph, by the names of the signature. */
  constructor(builder: GraphBuilder, model: TfjsGraphModel, inputNames: Record<string, string> = {}) {
    this.#builder = builder;
    this.#model = model;
    this.#inputNames = inputNames;
  }

  /** The output of a node, and with it everything that it is computed from. */
  value(nodeName: string): TfjsValue {
    const known = this.#values.get(nodeName);
    if (known) return known;
    const node = this.#model.nodes.get(nodeName);
    if (!node) throw invalid(`The graph refers to a node "${nodeName}" that it does not have.`);
    const value = this.#write(node);
    this.#values.set(nodeName, value);
    return value;
  }

  /** The shape that a value has as an output of the ONNX graph. */
  outputShape({ shape }: TfjsValue): Dimension[] {
    const [height, width, channels] = shape;
    return shape.length === 3 ? ["N", channels as number, height as number, width as number] : ["N", ...shape];
  }

  #write(node: TfjsNode): TfjsValue {
    switch (node.op) {
      case "Placeholder":
        return this.#placeholder(node);
      case "Identity":
        return this.value(input(node, 0));
      case "_FusedConv2D":
        return this.#fusedConvolution(node);
      case "DepthwiseConv2dNative":
        return this.#depthwiseConvolution(node);
      case "MaxPool":
        return this.#maxPool(node);
      case "AddV2":
        return this.#add(node);
      case "Pad":
        return this.#pad(node);
      case "Prelu":
        return this.#prelu(this.value(input(node, 0)), input(node, 1));
      case "Relu":
      case "Sigmoid":
        return this.#unary(node.op, this.value(input(node, 0)));
      case "Reshape":
        return this.#reshape(node);
      default:
        throw unsupported(node, `the operator ${node.op}`);
    }
  }

  #placeholder(node: TfjsNode): TfjsValue {
    const shape = (node.attributes.shape?.shape?.dim ?? []).slice(1).map(({ size }) => Number(size));
    if (shape.length === 0 || shape.some((size) => !(size > 0))) throw unsupported(node, "an input of unknown size");
    const signature = Object.entries(this.#model.inputs).find(([, name]) => name === node.name)?.[0] ?? node.name;
    const value = { name: this.#inputNames[signature] ?? signature, shape };
    this.#builder.input(value.name, this.outputShape(value));
    return value;
  }

  #fusedConvolution(node: TfjsNode): TfjsValue {
    const filter = this.#constant(input(node, 1));
    const [height = 0, width = 0, channels = 0, filters = 0] = filter.shape;
    const weight = addWeight(this.#builder, permute(filter, [3, 2, 0, 1]));
    const [first, activation, ...rest] = strings(node, "fused_ops");
    if (first !== "BiasAdd" || rest.length > 0) throw unsupported(node, `the fused operators ${first} ${rest}`);
    const bias = addWeight(this.#builder, this.#constant(input(node, 2)));
    const source = this.#picture(node, channels);
    const window = this.#window(node, source, [height, width]);
    const name = this.#builder.node("Conv", [source.name, weight, bias], window.attributes);
    const value = { name, shape: [...window.size, filters] };
    if (activation === undefined) return value;
    if (activation === "Relu") return this.#unary("Relu", value);
    if (activation === "Prelu") return this.#prelu(value, input(node, 3));
    throw unsupported(node, `the fused operator ${activation}`);
  }

  #depthwiseConvolution(node: TfjsNode): TfjsValue {
    const filter = this.#constant(input(node, 1));
    const [height = 0, width = 0, channels = 0, multiplier] = filter.shape;
    if (multiplier !== 1) throw unsupported(node, "a depth multiplier other than 1");
    const source = this.#picture(node, channels);
    const weight = addWeight(this.#builder, permute(filter, [2, 3, 0, 1]));
    const window = this.#window(node, source, [height, width]);
    const name = this.#builder.node("Conv", [source.name, weight], { ...window.attributes, group: channels });
    return { name, shape: [...window.size, channels] };
  }

  #maxPool(node: TfjsNode): TfjsValue {
    const [, height = 0, width = 0] = integers(node, "ksize");
    const source = this.#picture(node);
    const window = this.#window(node, source, [height, width]);
    const name = this.#builder.node("MaxPool", [source.name], window.attributes);
    return { name, shape: [...window.size, source.shape[2] as number] };
  }

  #add(node: TfjsNode): TfjsValue {
    const [left, right] = [this.value(input(node, 0)), this.value(input(node, 1))];
    if (String(left.shape) !== String(right.shape)) throw unsupported(node, "a sum of tensors of different shapes");
    return { name: this.#builder.node("Add", [left.name, right.name]), shape: left.shape };
  }

  #pad(node: TfjsNode): TfjsValue {
    const source = this.#picture(node);
    const pads = this.#constant(input(node, 1)).data;
    const before = [0, 3, 1, 2].map((axis) => pads[2 * axis] ?? 0);
    const after = [0, 3, 1, 2].map((axis) => pads[2 * axis + 1] ?? 0);
    const name = this.#builder.node("Pad", [source.name, this.#builder.ints(...before, ...after)]);
    const shape = source.shape.map((size, axis) => size + (pads[2 * axis + 2] ?? 0) + (pads[2 * axis + 3] ?? 0));
    return { name, shape };
  }

  #prelu(source: TfjsValue, slopeName: string): TfjsValue {
    const slope = this.#constant(slopeName);
    const channels = source.shape.at(-1) as number;
    if (slope.data.length !== channels) throw invalid(`The slope ${slopeName} does not fit ${channels} channels.`);
    const weight = addWeight(this.#builder, { ...slope, shape: [channels, 1, 1] });
    // onnxruntime's PRelu takes about as long as the convolutions around it; these operators give the same numbers
    if (slope.data.every((value) => value <= 1)) {
      const sloped = this.#builder.node("Mul", [source.name, weight]);
      return { name: this.#builder.node("Max", [source.name, sloped]), shape: source.shape };
    }
    const negative = this.#builder.node("Min", [source.name, this.#builder.scalar(0)]);
    const sloped = this.#builder.node("Mul", [negative, weight]);
    const positive = this.#builder.node("Relu", [source.name]);
    return { name: this.#builder.node("Add", [positive, sloped]), shape: source.shape };
  }

  #unary(op: "Relu" | "Sigmoid", source: TfjsValue): TfjsValue {
    return { name: this.#builder.node(op, [source.name]), shape: source.shape };
  }

  #reshape(node: TfjsNode): TfjsValue {
    const source = this.value(input(node, 0));
    const [, ...sizes] = Array.from(this.#constant(input(node, 1)).data);
    const length = product(source.shape);
    const shape = sizes.map((size) => (size === -1 ? length / Math.abs(product(sizes)) : size));
    if (product(shape) !== length) throw unsupported(node, "a reshape that mixes pictures of a batch");
    const channelsLast =
      source.shape.length === 3 ? this.#builder.node("Transpose", [source.name], { perm: [0, 2, 3, 1] }) : source.name;
    if (shape.length === 3) throw unsupported(node, "a reshape to height, width and channels");
    // 0 keeps the size of the batch whatever it is, also where TensorFlow wrote it down as 1
    return { name: this.#builder.node("Reshape", [channelsLast, this.#builder.ints(0, ...shape)]), shape };
  }

  /** The first input, which must have height, width and (if given) this number of channels. */
  #picture(node: TfjsNode, channels?: number): TfjsValue {
    const layout = node.attributes.data_format?.s;
    if (layout !== undefined && atob(layout) !== "NHWC") throw unsupported(node, `the layout ${atob(layout)}`);
    const value = this.value(input(node, 0));
    if (value.shape.length !== 3 || (channels !== undefined && value.shape[2] !== channels)) {
      throw invalid(`The input of ${node.name} has the shape ${value.shape}, which does not fit its weights.`);
    }
    return value;
  }

  /** Strides and padding of a convolution or pooling, and the height and width that it leaves. */
  #window(node: TfjsNode, source: TfjsValue, kernel: readonly [number, number]) {
    const [, ...strides] = integers(node, "strides").slice(0, 3);
    if (integers(node, "dilations").some((dilation) => dilation !== 1)) throw unsupported(node, "a dilation");
    const padding = atob(node.attributes.padding?.s ?? "");
    if (padding !== "SAME" && padding !== "VALID") throw unsupported(node, `the padding "${padding}"`);
    return slidingWindow(source.shape, kernel, strides, padding);
  }

  #constant(nodeName: string): ChannelsLastConstant {
    const constant = this.#model.constants.get(nodeName);
    if (!constant) throw invalid(`The weights lack "${nodeName}", which the graph refers to as a constant.`);
    return constant;
  }
}

function input({ name, inputs }: TfjsNode, index: number): string {
  const found = inputs[index];
  if (found === undefined) throw invalid(`The node ${name} lacks its input ${index}.`);
  return found;
}

function integers({ attributes }: TfjsNode, name: string): number[] {
  return (attributes[name]?.list?.i ?? []).map(Number);
}

function strings({ attributes }: TfjsNode, name: string): string[] {
  return (attributes[name]?.list?.s ?? []).map(atob);
}

function unsupported({ name, op }: TfjsNode, what: string): MMFSError {
  return invalid(`The node ${name} (${op}) needs ${what}, which this converter does not know.`);
}

function invalid(message: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", message);
}
