/** The sizes of the small towers, as the shapes in their file and its metadata tell them. */
export interface TowersShape {
  /** E, the length of the embeddings of both towers. */
  embeddingDim: number;
  text: {
    /** V, rows of the table of tokens. */
    vocabulary: number;
    /** K, numbers in a row of it. */
    width: number;
    /** Width of the hidden layer. */
    hidden: number;
    /** The token that ends a text; it and what is behind it do not count. */
    endToken: number;
    /** M, rows of the memory of pictures, and the inverse temperature that it is read with; absent without one. */
    memory?: { rows: number; sharpness: number } | undefined;
  };
  image: {
    /** P, the side of the picture in pixels. */
    size: number;
    /** Channels that each convolution gives, and its stride. */
    convolutions: readonly { channels: number; stride: number }[];
    /** The convolutions whose channels are pooled, in the order in which the hidden layer reads them. */
    pools: readonly number[];
    /** Width of the hidden layer. */
    hidden: number;
  };
}

/** The tensors of int8: the table of tokens, and the memory of pictures, which towers may lack. */
export const TABLE = "text.table";
export const MEMORY = "text.memory";

/**
 * Every tensor of floats in the file of the small towers, with its shape.
 *
 * Beside them there are `text.table`, int8 `[V,K]`, and the metadata `text.end_id`, `image.size` (P), `image.strides`
 * and `image.pools` (whole numbers with commas between them).
 *
 * Text: with n = 1 for the tokens before the first end token and 0 from it on, s = Σ n · scale[id] · table[id],
 * p = s / max(‖s‖, 1e-6) − mean, h = GELU(hidden.weight p + hidden.bias), y = out.weight h + skip.weight p + out.bias.
 * `text.scale` has the factor of a row of the table times the token's weight; it is 0 for tokens without a meaning.
 *
 * With a memory, which is `text.memory`, int8 `[M,E]`, and the metadata `text.sharpness`, a whole number k: m = memory_scale
 * · memory, row by row, and y / ‖y‖ gives way to y' / ‖y'‖ with y' = Σ softmax(k · m y / ‖y‖) · m. So the embedding of a
 * text lies among those of pictures (Li et al. 2023, "DeCap", support memory).
 *
 * Picture: 3×3 convolutions with padding 1, each followed by ReLU; of every channel behind the pooled ones the mean and
 * the standard deviation √(variance + 1e-5) over the pixels, in the order mean, deviation of the first, mean, deviation
 * of the second, …; y = out.weight ReLU(hidden.weight x + hidden.bias) + out.bias.
 *
 * The embedding of both is y / ‖y‖. The picture is normalised as for CLIP.
 */
export function towersLayout({ embeddingDim, text, image }: TowersShape): Map<string, readonly number[]> {
  const layout = new Map<string, readonly number[]>([
    ["text.scale", [text.vocabulary]],
    ["text.mean", [text.width]],
    ["text.hidden.weight", [text.hidden, text.width]],
    ["text.hidden.bias", [text.hidden]],
    ["text.out.weight", [embeddingDim, text.hidden]],
    ["text.skip.weight", [embeddingDim, text.width]],
    ["text.out.bias", [embeddingDim]],
  ]);
  if (text.memory) layout.set("text.memory_scale", [text.memory.rows]);
  let input = 3;
  for (const [index, { channels }] of image.convolutions.entries()) {
    layout.set(`image.conv${index}.weight`, [channels, input, 3, 3]);
    layout.set(`image.conv${index}.bias`, [channels]);
    input = channels;
  }
  layout.set("image.hidden.weight", [image.hidden, pooledWidth(image)]);
  layout.set("image.hidden.bias", [image.hidden]);
  layout.set("image.out.weight", [embeddingDim, image.hidden]);
  layout.set("image.out.bias", [embeddingDim]);
  return layout;
}

/** Means and deviations together. */
export function pooledWidth({ convolutions, pools }: TowersShape["image"]): number {
  return pools.reduce((sum, index) => sum + 2 * (convolutions[index]?.channels ?? 0), 0);
}
