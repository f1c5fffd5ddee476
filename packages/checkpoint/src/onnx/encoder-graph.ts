import { detailPaths, encoderWidths } from "../network/network-layout.js";
import type { Network } from "../network/read-network.js";
import { GraphBuilder } from "./graph-builder.js";
import { depthwiseKernel, GAIN, leakyRelu, sides } from "./layers.js";
import { type Arithmetic, Weights } from "./weights.js";

/**
 * The encoder: `image [N,3,H,W]` in [-1, 1] to `features [N,8·ngf,H/16,W/16]`, both float32; N is free, and so are H and
 * W, multiples of 16. With a detail path it gives `features_8 [N,4·ngf,H/8,W/8]` and `features_4 [N,2·ngf,H/4,W/4]` too.
 *
 * Equalised scales, the gain of the activations and the 1/√2 of the residual sums are folded into the weights, so that
 * what remains are convolutions with an activation that a runtime fuses. The blur of a skip keeps only every second
 * pixel at once.
 */
export function encoderGraph(network: Network, arithmetic: Arithmetic): Uint8Array {
  const { baseWidth, detail } = network.shape;
  const graph = new GraphBuilder("mmfs-encoder");
  const weights = new Weights(graph, arithmetic);
  const top = 8 * baseWidth;

  /** An activated convolution; `gain` 1 where the sum with a skip divides by √2. */
  function convolution(
    value: string,
    keys: { weight: string; bias: string },
    [input, output]: readonly [number, number],
    { gain = GAIN, ...attributes }: { strides?: number[]; pads?: number[]; gain?: number },
  ): string {
    const weight = weights.convolution(
      network.weights(keys.weight),
      [output, input, 3, 3],
      gain / Math.sqrt(input * 9),
    );
    const bias = weights.convolution(network.weights(keys.bias), [output], gain);
    return leakyRelu(graph, graph.node("Conv", [value, weight, bias], { kernel_shape: [3, 3], ...attributes }));
  }

  function give(name: string, value: string, channels: number, factor: number): void {
    graph.node("Identity", [weights.fromConvolution(value)], {}, name);
    graph.output(name, ["N", channels, ...sides(factor)]);
  }

  const paths = detail ? detailPaths(baseWidth) : [];
  const same = { pads: [1, 1, 1, 1] };
  graph.input("image", ["N", 3, ...sides(1)]);
  let value = weights.toConvolution("image");
  value = convolution(value, { weight: "encoder.0.0.weight", bias: "encoder.0.1.bias" }, [3, baseWidth], same);

  encoderWidths(baseWidth).forEach(([input, output], index) => {
    const block = `encoder.${index + 1}`;
    const blur = (name: string, source: string, attributes: { strides?: number[]; pads: number[] }) => {
      const kernel = weights.convolution(depthwiseKernel(network.weights(name), input), [input, 1, 4, 4]);
      return graph.node("Conv", [source, kernel], { kernel_shape: [4, 4], group: input, ...attributes });
    };
    const firstKeys = { weight: `${block}.conv1.0.weight`, bias: `${block}.conv1.1.bias` };
    const first = convolution(value, firstKeys, [input, input], same);
    const blurred = blur(`${block}.conv2.0.kernel`, first, { pads: [2, 2, 2, 2] });
    const mainKeys = { weight: `${block}.conv2.1.weight`, bias: `${block}.conv2.2.bias` };
    const main = convolution(blurred, mainKeys, [input, output], { strides: [2, 2], gain: 1 });
    const halved = blur(`${block}.skip.0.kernel`, value, { strides: [2, 2], pads: [1, 1, 1, 1] });
    const skipWeight = weights.convolution(
      network.weights(`${block}.skip.1.weight`),
      [output, input, 1, 1],
      Math.SQRT1_2 / Math.sqrt(input),
    );
    const skip = graph.node("Conv", [halved, skipWeight], { kernel_shape: [1, 1] });
    value = graph.node("Add", [main, skip]);
    for (const path of paths.filter(({ encoderBlock }) => encoderBlock === index + 1)) {
      give(path.feature, value, path.input, path.factor);
    }
  });

  value = convolution(value, { weight: "encoder.5.0.weight", bias: "encoder.5.1.bias" }, [top, top], same);
  give("features", value, top, 16);
  return graph.finish();
}
