import type { GraphBuilder } from "./graph-builder.js";

/** One of the four convolutions that a transposed convolution with stride 2 and a 3×3 kernel consists of. */
export interface Phase {
  /** `[out, in, rows, columns]` */
  shape: readonly [number, number, number, number];
  values: Float32Array;
  pads: readonly [number, number, number, number];
}

/** Taps of the kernel that fall on even and on odd positions of the result, in the order in which they meet the input. */
const EVEN = [2, 0];
const ODD = [1];
/** A tap of zeros. A padded 1×1 convolution would be wrong on WebGPU: onnxruntime 1.30 multiplies it without padding. */
const NOTHING = -1;
const PHASES: readonly (readonly [rows: readonly number[], columns: readonly number[]])[] = [
  [EVEN, EVEN],
  [EVEN, ODD],
  [ODD, EVEN],
  [ODD, [NOTHING, ...ODD]],
];

/**
 * The kernels of the four phases, even rows first, of a transposed convolution whose weight is `[out, in, 3, 3]`.
 *
 * The runtime sees plain convolutions: `ConvTranspose` of onnxruntime's CPU provider takes 1.7 times as long, because
 * it scatters a product nine times the size of its result.
 */
export function phasesOf(weight: Float32Array, output: number, input: number): Phase[] {
  return PHASES.map(([rows, columns]): Phase => {
    const taps = rows.flatMap((row) => columns.map((column) => (column === NOTHING ? NOTHING : 3 * row + column)));
    const values = new Float32Array(output * input * taps.length);
    for (let i = 0; i < output * input; i++) {
      for (const [j, tap] of taps.entries())
        values[i * taps.length + j] = tap === NOTHING ? 0 : (weight[i * 9 + tap] as number);
    }
    return {
      shape: [output, input, rows.length, columns.length],
      values,
      // one more than the input on either axis; for odd positions the last is beyond the result and zero
      pads: [rows.length - 1, columns.length - 1, 1, 1],
    };
  });
}

/**
 * Weaves the four results `[N,C,h,w]` into `[N,C,2·h,2·w]`, of which the last row and column are zero.
 *
 * With the channels last, weaving columns is a reshape and weaving rows copies whole rows; onnxruntime makes the two
 * transpositions a part of leaving and entering its blocked layout. No reshape names a side: 0 copies a dimension, and
 * an axis of length 1 keeps the last one in its place while rows are merged.
 */
export function weavePhases(graph: GraphBuilder, phases: readonly string[], channels: number): string {
  const rows = [phases.slice(0, 2), phases.slice(2)].map((columns) => {
    const joined = graph.node("Concat", columns, { axis: 1 });
    const channelsLast = graph.node("Transpose", [joined], { perm: [0, 2, 3, 1] });
    return graph.node("Reshape", [channelsLast, graph.ints(0, 0, 1, -1)]);
  });
  const woven = graph.node("Concat", rows, { axis: 2 });
  const merged = graph.node("Reshape", [woven, graph.ints(0, -1, 1, 0)]);
  const pixels = graph.node("Reshape", [merged, graph.ints(0, 0, -1, channels)]);
  return graph.node("Transpose", [pixels], { perm: [0, 3, 1, 2] });
}
