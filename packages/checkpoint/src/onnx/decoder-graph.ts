import { type DetailPath, decoderWidths, detailPaths, STYLE_LAYERS, UP_BLOCKS } from "../network/network-layout.js";
import type { Network } from "../network/read-network.js";
import { GraphBuilder } from "./graph-builder.js";
import { depthwiseKernel, GAIN, leakyRelu, sides } from "./layers.js";
import { phasesOf, weavePhases } from "./transposed-conv.js";
import { type Arithmetic, Weights } from "./weights.js";

/**
 * The decoder: `features [N,8·ngf,H/16,W/16]`, `wplus [N,10,D]` and the unit-normal maps `noise_0 … noise_8`
 * `[N or 1,1,h,w]` in the order of the styled convolutions, each of the size of what it is added to, to `image [N,3,H,W]` in
 * [-1, 1]; all float32. N, H and W are free. With a detail path it takes `features_8` and `features_4` of the encoder too.
 *
 * The weights are constants for any batch: styles scale the input channels, demodulation scales the output channels.
 *
 * @see Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", section 2.2 for modulation
 */
export function decoderGraph(network: Network, arithmetic: Arithmetic): Uint8Array {
  return new DecoderWriter(network, arithmetic).write();
}

interface StyledLayer {
  /** Row of w+. */
  row: number;
  input: number;
  output: number;
  /** How many times smaller the result is than the picture. */
  factor: number;
  /** Doubles the sides. */
  up?: boolean;
  /** The factor that the value before still lacks. @default √2 */
  gain?: number;
}

class DecoderWriter {
  readonly graph = new GraphBuilder("mmfs-decoder");
  readonly weights: Weights;

  constructor(
    readonly network: Network,
    arithmetic: Arithmetic,
  ) {
    this.weights = new Weights(this.graph, arithmetic);
  }

  write(): Uint8Array {
    const { graph, weights } = this;
    const { baseWidth, styleDim, detail } = this.network.shape;
    const widths = decoderWidths(baseWidth);
    graph.input("features", ["N", widths[0], ...sides(16)]);
    const paths = detail ? detailPaths(baseWidth) : [];
    for (const { feature, input, factor } of paths) graph.input(feature, ["N", input, ...sides(factor)]);
    graph.input("wplus", ["N", STYLE_LAYERS, styleDim]);

    let value = weights.toConvolution("features");
    // the gain of an activation is paid by whatever reads it; the encoder has paid its own
    value = this.styledConv("decoder0", value, { row: 0, input: widths[0], output: widths[0], factor: 16, gain: 1 });
    let picture = this.toRgb("to_rgb0", value, 1, widths[0]);
    for (let block = 1; block <= UP_BLOCKS; block++) {
      const input = widths[block - 1] as number;
      const output = widths[block] as number;
      const factor = 16 / 2 ** block;
      value = this.styledConv(`decoder${block}a`, value, { row: 2 * block - 1, input, output, factor, up: true });
      for (const path of paths.filter(({ decoderBlock }) => decoderBlock === block)) {
        value = graph.node("Add", [value, this.detail(path)]);
      }
      value = this.styledConv(`decoder${block}b`, value, { row: 2 * block, input: output, output, factor });
      const enlarged = this.enlarge(`to_rgb${block}.upsample.kernel`, picture);
      const added = this.toRgb(`to_rgb${block}`, value, 2 * block + 1, output);
      picture = graph.node("Add", [enlarged, added]);
    }
    graph.node("Clip", [picture, graph.scalar(-1), graph.scalar(1)], {}, "image");
    graph.output("image", ["N", 3, ...sides(1)]);
    return graph.finish();
  }

  /** What the encoder's features give past the ones at S/16, without the gain that whatever reads the sum pays. */
  detail({ key, feature, input, output }: DetailPath): string {
    const { graph, weights, network } = this;
    const equalised = 1 / (GAIN * Math.sqrt(input));
    const weight = weights.convolution(network.weights(key), [output, input, 1, 1], equalised);
    return graph.node("Conv", [weights.toConvolution(feature), weight], { kernel_shape: [1, 1] });
  }

  /** Modulated 3×3 convolution, noise, bias and leaky ReLU, without the gain. */
  styledConv(name: string, value: string, layer: StyledLayer): string {
    const { graph, weights, network } = this;
    const { row, output, factor } = layer;
    const convolved = layer.up ? this.modulatedUp(name, value, layer) : this.modulated(name, value, layer);
    const noisy = graph.node("Add", [convolved, this.noise(name, row, factor)]);
    const bias = weights.convolution(network.weights(`${name}.activate.bias`), [1, output, 1, 1]);
    return leakyRelu(graph, graph.node("Add", [noisy, bias]));
  }

  modulated(name: string, value: string, layer: StyledLayer): string {
    const { graph, weights, network } = this;
    const { input, output } = layer;
    const weight = weights.convolution(network.weights(`${name}.conv.weight`), [output, input, 3, 3]);
    const { scale, demodulation } = this.modulation(name, [weight], layer);
    const scaled = graph.node("Mul", [value, scale]);
    const convolved = graph.node("Conv", [scaled, weight], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
    return graph.node("Mul", [convolved, demodulation]);
  }

  /** The transposed convolution and its blur. */
  modulatedUp(name: string, value: string, layer: StyledLayer): string {
    const { graph, weights, network } = this;
    const { input, output } = layer;
    const phases = phasesOf(network.weights(`${name}.conv.weight`), output, input).map(({ values, shape, pads }) => ({
      weight: weights.convolution(values, shape),
      attributes: { kernel_shape: shape.slice(2), pads },
    }));
    const phaseWeights = phases.map(({ weight }) => weight);
    const { scale, demodulation } = this.modulation(name, phaseWeights, layer);
    const scaled = graph.node("Mul", [value, scale]);
    const convolved = phases.map(({ weight, attributes }) => graph.node("Conv", [scaled, weight], attributes));
    const woven = weavePhases(graph, convolved, output);
    const kernel = depthwiseKernel(network.weights(`${name}.conv.blur.kernel`), output);
    const blurred = graph.node("Conv", [woven, weights.convolution(kernel, [output, 1, 4, 4])], {
      kernel_shape: [4, 4],
      group: output,
      // what was woven ends with a zero, which is the padding on that side
      pads: [1, 1, 0, 0],
    });
    return graph.node("Mul", [blurred, demodulation]);
  }

  /** Scales of the input channels and of the output channels, `[N,C,1,1]`, computed in float32. */
  modulation(
    name: string,
    kernels: readonly string[],
    { row, input, output, gain = GAIN }: StyledLayer,
  ): { scale: string; demodulation: string } {
    const { graph, weights } = this;
    const equalised = 1 / Math.sqrt(input * 9);
    let style = this.style(name, row, input);
    if (weights.half) {
      // demodulation undoes any common factor; this one keeps float16 activations in range (Karras et al. 2021)
      const largest = graph.node("ReduceMax", [graph.node("Abs", [style])], { axes: [1], keepdims: 1 });
      style = graph.node("Div", [style, graph.node("Max", [largest, graph.scalar(1e-6)])]);
    }
    const energies = kernels.map((kernel) =>
      graph.node("ReduceSumSquare", [weights.fromConvolution(kernel)], { axes: [2, 3], keepdims: 0 }),
    );
    const energy = graph.node("Sum", energies);
    const perInput = graph.node("Transpose", [energy], { perm: [1, 0] });
    // the equalised scale rides on the style, which is small, instead of the weights
    const scaled = graph.node("Mul", [style, graph.scalar(equalised)]);
    const sum = graph.node("MatMul", [graph.node("Mul", [scaled, scaled]), perInput]);
    const deviation = graph.node("Sqrt", [graph.node("Add", [sum, graph.scalar(1e-8)])]);
    const demodulation = graph.node("Reciprocal", [deviation]);
    const scale = gain === 1 ? scaled : graph.node("Mul", [scaled, graph.scalar(gain)]);
    return { scale: this.perChannel(scale, input), demodulation: this.perChannel(demodulation, output) };
  }

  /** The style of one row of w+: `[N, channels]`, float32. */
  style(name: string, row: number, channels: number): string {
    const { graph, weights, network } = this;
    const { styleDim } = network.shape;
    const w = graph.node("Gather", ["wplus", graph.constant(BigInt64Array.of(BigInt(row)), [])], { axis: 1 });
    const weight = weights.float(network.weights(`${name}.conv.modulation.weight`), [channels, styleDim]);
    const bias = weights.float(network.weights(`${name}.conv.modulation.bias`), [channels]);
    return graph.node("Gemm", [w, weight, bias], { transB: 1, alpha: { float: 1 / Math.sqrt(styleDim) } });
  }

  perChannel(scales: string, channels: number): string {
    return this.weights.toConvolution(this.graph.node("Reshape", [scales, this.graph.ints(-1, channels, 1, 1)]));
  }

  noise(name: string, row: number, factor: number): string {
    const { graph, weights } = this;
    graph.input(`noise_${row}`, ["M", 1, ...sides(factor)]);
    const strength = weights.float(this.network.weights(`${name}.noise.weight`), [1]);
    return weights.toConvolution(graph.node("Mul", [`noise_${row}`, strength]));
  }

  /** Modulated 1×1 convolution to three channels with bias, float32. */
  toRgb(name: string, value: string, row: number, channels: number): string {
    const { graph, weights, network } = this;
    // as in modulation, the factors ride on the style
    const factor = graph.scalar(GAIN / Math.sqrt(channels));
    const scale = this.perChannel(graph.node("Mul", [this.style(name, row, channels), factor]), channels);
    const weight = weights.convolution(network.weights(`${name}.conv.weight`), [3, channels, 1, 1]);
    const scaled = graph.node("Mul", [value, scale]);
    const rgb = weights.fromConvolution(graph.node("Conv", [scaled, weight], { kernel_shape: [1, 1] }));
    return graph.node("Add", [rgb, weights.float(network.weights(`${name}.bias`), [1, 3, 1, 1])]);
  }

  /** Doubles the sides of the picture: zeros between pixels, then the blur, in one transposed convolution. */
  enlarge(kernelName: string, picture: string): string {
    const { graph, network } = this;
    const kernel = network.weights(kernelName);
    const perChannel = Float32Array.from({ length: 48 }, (_, i) => kernel[i % 16] as number);
    return graph.node("ConvTranspose", [picture, graph.constant(perChannel, [3, 1, 4, 4])], {
      kernel_shape: [4, 4],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      group: 3,
    });
  }
}
