import { MMFSError } from "@mmfs/core";
import { addWeight, type ChannelsLastConstant, permute, slidingWindow } from "../onnx/channels-last.js";
import type { Dimension, GraphBuilder } from "../onnx/graph-builder.js";
import type { FlatTable } from "./flatbuffer.js";
import { constantOf, type TfliteModel, type TfliteOperator, type TfliteTensor } from "./tflite-model.js";

/** The numbers that `BuiltinOperator` gives to what is known here. */
const Code = {
  add: 0,
  averagePool: 1,
  convolution: 3,
  depthwiseConvolution: 4,
  dequantize: 6,
  sigmoid: 14,
  multiply: 18,
  relu: 19,
  relu6: 21,
  resizeBilinear: 23,
  custom: 32,
  hardSwish: 117,
} as const;

/** `Padding` and `ActivationFunctionType` */
const [SAME, VALID] = [0, 1];
const Activation = { none: 0, relu: 1, relu6: 3 } as const;

/**
 * Writes a TensorFlow Lite graph into an ONNX graph. Pictures, `[N, H, W, C]` there, are `[N, C, H, W]` from the input on,
 * and N is free.
 *
 * @see https://github.com/google-ai-edge/LiteRT/tree/main/tflite/kernels for what the operators compute
 */
export class TfliteGraphWriter {
  readonly #builder: GraphBuilder;
  readonly #model: TfliteModel;
  /** Names in the ONNX graph, by the places of the tensors. */
  readonly #names = new Map<number, string>();

  constructor(builder: GraphBuilder, model: TfliteModel) {
    this.#builder = builder;
    this.#model = model;
  }

  /** Adds an input of the model under a name of its own. */
  input(place: number, name: string): void {
    this.#names.set(place, this.#builder.input(name, this.outputShape(place)));
  }

  /** Writes all operators, in the order of the model. */
  write(): void {
    for (const operator of this.#model.operators) {
      const [output] = operator.outputs;
      if (output === undefined || operator.outputs.length > 1) throw unsupported(operator, "several outputs");
      // constants are written where they are used
      if (operator.code === Code.dequantize) this.#constant(operator, 0);
      else this.#names.set(output, this.#write(operator));
    }
  }

  /** The name of a tensor that has been written. */
  name(place: number): string {
    const name = this.#names.get(place);
    if (name === undefined)
      throw invalid(`The tensor ${place} of the TensorFlow Lite model is used before it is made.`);
    return name;
  }

  /** The shape that a tensor has in the ONNX graph. */
  outputShape(place: number): Dimension[] {
    const [height, width, channels] = this.#picture(place);
    return ["N", channels, height, width];
  }

  #write(operator: TfliteOperator): string {
    switch (operator.code) {
      case Code.convolution:
        return this.#convolution(operator);
      case Code.depthwiseConvolution:
        return this.#depthwiseConvolution(operator);
      case Code.averagePool:
        return this.#averagePool(operator);
      case Code.resizeBilinear:
        return this.#resizeBilinear(operator);
      case Code.add:
        return this.#activate(operator, this.#builder.node("Add", this.#both(operator)), activation(operator, 0));
      case Code.multiply:
        return this.#activate(operator, this.#builder.node("Mul", this.#both(operator)), activation(operator, 0));
      case Code.relu:
        return this.#activate(operator, this.name(source(operator)), Activation.relu);
      case Code.relu6:
        return this.#activate(operator, this.name(source(operator)), Activation.relu6);
      case Code.sigmoid:
        return this.#builder.node("Sigmoid", [this.name(source(operator))]);
      case Code.hardSwish: {
        const name = this.name(source(operator));
        const gate = this.#builder.node("HardSigmoid", [name], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } });
        return this.#builder.node("Mul", [name, gate]);
      }
      case Code.custom:
        if (operator.customName === "Convolution2DTransposeBias") return this.#transposedConvolution(operator);
    }
    throw unsupported(operator, "an operator");
  }

  #convolution(operator: TfliteOperator): string {
    const { options } = operator;
    if (dilated(options, 4, 5)) throw unsupported(operator, "a dilation");
    const filter = this.#filter(operator);
    const [filters = 0, height = 0, width = 0, channels = 0] = filter.shape;
    this.#expectChannels(operator, channels);
    const weight = addWeight(this.#builder, permute(filter, [0, 3, 1, 2]));
    const inputs = [this.name(source(operator)), weight, this.#bias(operator, filters)];
    const attributes = this.#window(operator, [height, width], [size(options, 2), size(options, 1)]);
    return this.#activate(operator, this.#builder.node("Conv", inputs, attributes), activation(operator, 3));
  }

  #depthwiseConvolution(operator: TfliteOperator): string {
    const { options } = operator;
    if (dilated(options, 5, 6)) throw unsupported(operator, "a dilation");
    const filter = this.#filter(operator);
    const [, height = 0, width = 0, filters = 0] = filter.shape;
    const multiplier = size(options, 3);
    this.#expectChannels(operator, filters / multiplier);
    const weight = addWeight(this.#builder, permute(filter, [3, 0, 1, 2]));
    const inputs = [this.name(source(operator)), weight, this.#bias(operator, filters)];
    const window = this.#window(operator, [height, width], [size(options, 2), size(options, 1)]);
    const name = this.#builder.node("Conv", inputs, { ...window, group: filters / multiplier });
    return this.#activate(operator, name, activation(operator, 4));
  }

  /** MediaPipe's operator: a transposed convolution with a bias. Known for windows that lie side by side. */
  #transposedConvolution(operator: TfliteOperator): string {
    const filter = this.#filter(operator);
    const [filters = 0, height = 0, width = 0, channels = 0] = filter.shape;
    this.#expectChannels(operator, channels);
    const { customOptions: bytes } = operator;
    // TfLiteTransposeConvParams: padding, stride_width, stride_height; without overlap all paddings are the same
    const strides = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength < 12 || strides.getInt32(4, true) !== width || strides.getInt32(8, true) !== height) {
      throw unsupported(operator, "a stride other than the size of the kernel");
    }
    const weight = addWeight(this.#builder, permute(filter, [3, 0, 1, 2]));
    const inputs = [this.name(source(operator)), weight, this.#bias(operator, filters)];
    return this.#builder.node("ConvTranspose", inputs, { kernel_shape: [height, width], strides: [height, width] });
  }

  #averagePool(operator: TfliteOperator): string {
    const { options } = operator;
    const kernel = [size(options, 4), size(options, 3)] as const;
    const [height, width] = this.#picture(source(operator));
    const name = this.name(source(operator));
    const isWhole = options?.int8(0) === VALID && kernel[0] === height && kernel[1] === width;
    const pooled = isWhole
      ? this.#builder.node("GlobalAveragePool", [name])
      : this.#builder.node("AveragePool", [name], this.#window(operator, kernel, [size(options, 2), size(options, 1)]));
    return this.#activate(operator, pooled, activation(operator, 5));
  }

  #resizeBilinear(operator: TfliteOperator): string {
    const { options } = operator;
    const { data } = this.#constant(operator, 1);
    const [height = 0, width = 0] = data;
    const [fromHeight, fromWidth, channels] = this.#picture(source(operator));
    if (data.length !== 2 || String(this.#picture(operator.outputs[0] ?? -1)) !== String([height, width, channels])) {
      throw unsupported(operator, "a size that is not known");
    }
    const isAligned = options?.uint8(2) === 1;
    const isCentered = options?.uint8(3) === 1;
    const mode = isAligned ? "align_corners" : isCentered ? "half_pixel" : "asymmetric";
    const scales = this.#builder.constant(Float32Array.of(1, 1, height / fromHeight, width / fromWidth), [4]);
    return this.#builder.node("Resize", [this.name(source(operator)), "", scales], {
      mode: "linear",
      coordinate_transformation_mode: mode,
    });
  }

  #activate(operator: TfliteOperator, name: string, kind: number): string {
    switch (kind) {
      case Activation.none:
        return name;
      case Activation.relu:
        return this.#builder.node("Relu", [name]);
      case Activation.relu6:
        return this.#builder.node("Clip", [name, this.#builder.scalar(0), this.#builder.scalar(6)]);
      default:
        throw unsupported(operator, `the activation ${kind}`);
    }
  }

  /** Two pictures, of which one may have a single pixel. */
  #both(operator: TfliteOperator): [string, string] {
    const [left = -1, right = -1] = operator.inputs;
    const [one, other] = [this.#picture(left), this.#picture(right)];
    if (one.some((length, axis) => length !== other[axis] && (axis === 2 || (length !== 1 && other[axis] !== 1)))) {
      throw unsupported(operator, `tensors of [${one}] and [${other}]`);
    }
    return [this.name(left), this.name(right)];
  }

  #window(operator: TfliteOperator, kernel: readonly [number, number], strides: readonly [number, number]) {
    const padding = operator.options?.int8(0) ?? SAME;
    if (padding !== SAME && padding !== VALID) throw unsupported(operator, `the padding ${padding}`);
    const from = this.#picture(source(operator));
    const window = slidingWindow(from, kernel, strides, padding === SAME ? "SAME" : "VALID");
    const [height, width] = this.#picture(operator.outputs[0] ?? -1);
    if (window.size[0] !== height || window.size[1] !== width) {
      throw unsupported(operator, `an output of ${width}×${height}`);
    }
    return window.attributes;
  }

  #filter(operator: TfliteOperator): ChannelsLastConstant {
    const filter = this.#constant(operator, 1);
    if (filter.shape.length !== 4) throw unsupported(operator, `a filter of [${filter.shape}]`);
    return filter;
  }

  #bias(operator: TfliteOperator, filters: number): string {
    const bias = this.#constant(operator, 2);
    if (String(bias.shape) !== String([filters])) throw unsupported(operator, `a bias of [${bias.shape}]`);
    return addWeight(this.#builder, bias);
  }

  #expectChannels(operator: TfliteOperator, channels: number): void {
    const [, , found] = this.#picture(source(operator));
    if (found !== channels) throw unsupported(operator, `${found} channels for a filter of ${channels}`);
  }

  /** An input that is constant: as it is, or widened from binary16 by a node of its own. */
  #constant(operator: TfliteOperator, index: number): ChannelsLastConstant {
    const place = operator.inputs[index] ?? -1;
    const dequantize = this.#model.operators.find(
      ({ code, outputs }) => code === Code.dequantize && outputs[0] === place,
    );
    const tensor = this.#tensor(dequantize?.inputs[0] ?? place);
    if (tensor.bytes.byteLength === 0) throw unsupported(operator, `an input ${index} that is not constant`);
    return constantOf(tensor);
  }

  #tensor(place: number): TfliteTensor {
    const tensor = this.#model.tensors[place];
    if (tensor === undefined) throw invalid(`The TensorFlow Lite model has no tensor ${place}.`);
    return tensor;
  }

  /** Height, width and channels of a tensor that is a picture. */
  #picture(place: number): [number, number, number] {
    const { name, shape } = this.#tensor(place);
    const [batch, height = 0, width = 0, channels = 0] = shape;
    if (shape.length !== 4 || batch !== 1) throw invalid(`The tensor ${name} [${shape}] is not one picture.`);
    return [height, width, channels];
  }
}

function source({ inputs }: TfliteOperator): number {
  return inputs[0] ?? -1;
}

/** A stride, a side or a factor; the schema's default, 0, is none. */
function size(options: FlatTable | undefined, field: number): number {
  return Math.max(1, options?.int32(field) ?? 1);
}

function dilated(options: FlatTable | undefined, ...fields: number[]): boolean {
  return fields.some((field) => (options?.int32(field, 1) ?? 1) !== 1);
}

function activation({ options }: TfliteOperator, field: number): number {
  return options?.int8(field) ?? Activation.none;
}

function unsupported({ code, customName, outputs }: TfliteOperator, what: string): MMFSError {
  const name = customName || `operator ${code}`;
  return invalid(`The ${name} that makes tensor ${outputs[0]} needs ${what}, which this converter does not know.`);
}

function invalid(message: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", message);
}
