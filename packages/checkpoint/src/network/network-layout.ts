/** Rows of w+: one for each style input of the decoder. */
export const STYLE_LAYERS = 10;
/** Up-sampling blocks of the decoder; the features are 2^4 times smaller than the picture. */
export const UP_BLOCKS = 4;
/** Layers, heads and published feed-forward width of the CLIP mapper's transformer; shapes tell a width of its own. */
export const MAPPER = { layers: 4, heads: 8, feedForward: 2048 } as const;
/** Equalised linear layers of the mapping network. */
export const MAPPING_LAYERS = 8;

/** Channels going into and out of the four residual blocks of the encoder. */
export function encoderWidths(baseWidth: number): readonly [number, number][] {
  return [
    [baseWidth, baseWidth],
    [baseWidth, 2 * baseWidth],
    [2 * baseWidth, 4 * baseWidth],
    [4 * baseWidth, 8 * baseWidth],
  ];
}

/** Channels of the decoder at S/16, S/8, S/4, S/2 and S. */
export function decoderWidths(baseWidth: number): readonly [number, number, number, number, number] {
  return [8 * baseWidth, 8 * baseWidth, 4 * baseWidth, 2 * baseWidth, baseWidth];
}

/** Where the detail path goes from the encoder into the decoder, past the features at S/16. */
export interface DetailPath {
  /** Key of the weight of its equalised 1×1 convolution, which has no bias. */
  key: string;
  /** What the tensor between encoder and decoder is called: after how many times smaller than the picture it is. */
  feature: string;
  factor: 8 | 4;
  /** The residual block of the encoder whose result it reads. */
  encoderBlock: number;
  /** The block of the decoder to whose second styled convolution it gives, added to the activation of the first. */
  decoderBlock: number;
  input: number;
  output: number;
}

export function detailPaths(baseWidth: number): readonly DetailPath[] {
  const widths = decoderWidths(baseWidth);
  return ([8, 4] as const).map((factor, i) => ({
    key: `detail${i + 1}.weight`,
    feature: `features_${factor}`,
    factor,
    encoderBlock: UP_BLOCKS - 1 - i,
    decoderBlock: i + 1,
    input: (encoderWidths(baseWidth)[UP_BLOCKS - 2 - i] as readonly [number, number])[1],
    output: widths[i + 1] as number,
  }));
}

/** Whether a network with these tensors has the detail path, or a part of it. */
export function hasDetail(tensors: { has(key: string): boolean }): boolean {
  return detailPaths(1).some(({ key }) => tensors.has(key));
}

const BLUR: readonly number[] = [4, 4];

/**
 * Every key of a published `G_ema_model` with the shape of its tensor.
 *
 * @param options.mapper adds the mapper. @default false
 * @param options.feedForward width of the mapper's feed-forward layers
 * @param options.detail adds the detail path, which no published file has. @default false
 * @see "Multi-Modal Face Stylization with a Generative Prior", arXiv 2305.18009, and its published implementation
 */
export function networkLayout(
  baseWidth: number,
  styleDim: number,
  { mapper = false, feedForward = MAPPER.feedForward as number, detail = false } = {},
): Map<string, readonly number[]> {
  const layout = new Map<string, readonly number[]>();
  for (const [key, shape] of encoderLayout(baseWidth)) layout.set(key, shape);

  for (let layer = 1; layer <= MAPPING_LAYERS; layer++) {
    layout.set(`mapping_z.${layer}.weight`, [styleDim, styleDim]);
    layout.set(`mapping_z.${layer}.bias`, [styleDim]);
  }

  for (const [key, shape] of decoderLayout(baseWidth, styleDim, detail)) layout.set(key, shape);

  if (mapper) {
    layout.set("clip_mapper.position_embedding", [STYLE_LAYERS, styleDim]);
    for (let layer = 0; layer < MAPPER.layers; layer++) {
      const name = `clip_mapper.transformer.layers.${layer}`;
      layout.set(`${name}.self_attn.in_proj_weight`, [3 * styleDim, styleDim]);
      layout.set(`${name}.self_attn.in_proj_bias`, [3 * styleDim]);
      layout.set(`${name}.self_attn.out_proj.weight`, [styleDim, styleDim]);
      layout.set(`${name}.self_attn.out_proj.bias`, [styleDim]);
      layout.set(`${name}.linear1.weight`, [feedForward, styleDim]);
      layout.set(`${name}.linear1.bias`, [feedForward]);
      layout.set(`${name}.linear2.weight`, [styleDim, feedForward]);
      layout.set(`${name}.linear2.bias`, [styleDim]);
      for (const norm of ["norm1", "norm2"]) {
        layout.set(`${name}.${norm}.weight`, [styleDim]);
        layout.set(`${name}.${norm}.bias`, [styleDim]);
      }
    }
  }
  return layout;
}

/** The keys of {@link networkLayout} that the encoder reads. */
export function encoderLayout(baseWidth: number): Map<string, readonly number[]> {
  const layout = new Map<string, readonly number[]>();
  const top = 8 * baseWidth;

  layout.set("encoder.0.0.weight", [baseWidth, 3, 3, 3]);
  layout.set("encoder.0.1.bias", [baseWidth]);
  encoderWidths(baseWidth).forEach(([input, output], index) => {
    const block = `encoder.${index + 1}`;
    layout.set(`${block}.conv1.0.weight`, [input, input, 3, 3]);
    layout.set(`${block}.conv1.1.bias`, [input]);
    layout.set(`${block}.conv2.0.kernel`, BLUR);
    layout.set(`${block}.conv2.1.weight`, [output, input, 3, 3]);
    layout.set(`${block}.conv2.2.bias`, [output]);
    layout.set(`${block}.skip.0.kernel`, BLUR);
    layout.set(`${block}.skip.1.weight`, [output, input, 1, 1]);
  });
  layout.set("encoder.5.0.weight", [top, top, 3, 3]);
  layout.set("encoder.5.1.bias", [top]);
  return layout;
}

/** The keys of {@link networkLayout} that the decoder reads. */
export function decoderLayout(baseWidth: number, styleDim: number, detail = false): Map<string, readonly number[]> {
  const layout = new Map<string, readonly number[]>();
  const styledConv = (name: string, input: number, output: number) => {
    layout.set(`${name}.conv.weight`, [1, output, input, 3, 3]);
    layout.set(`${name}.conv.modulation.weight`, [input, styleDim]);
    layout.set(`${name}.conv.modulation.bias`, [input]);
    layout.set(`${name}.noise.weight`, [1]);
    layout.set(`${name}.activate.bias`, [output]);
  };
  const toRgb = (name: string, input: number) => {
    layout.set(`${name}.conv.weight`, [1, 3, input, 1, 1]);
    layout.set(`${name}.conv.modulation.weight`, [input, styleDim]);
    layout.set(`${name}.conv.modulation.bias`, [input]);
    layout.set(`${name}.bias`, [1, 3, 1, 1]);
  };
  const widths = decoderWidths(baseWidth);
  styledConv("decoder0", widths[0], widths[0]);
  toRgb("to_rgb0", widths[0]);
  for (let block = 1; block <= UP_BLOCKS; block++) {
    const input = widths[block - 1] as number;
    const output = widths[block] as number;
    styledConv(`decoder${block}a`, input, output);
    layout.set(`decoder${block}a.conv.blur.kernel`, BLUR);
    styledConv(`decoder${block}b`, output, output);
    toRgb(`to_rgb${block}`, output);
    layout.set(`to_rgb${block}.upsample.kernel`, BLUR);
  }
  if (detail) {
    for (const { key, input, output } of detailPaths(baseWidth)) layout.set(key, [output, input, 1, 1]);
  }
  return layout;
}
