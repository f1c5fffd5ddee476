import type { ClipConfig, TransformerConfig } from "./clip-config.js";

/**
 * Every key of a Hugging Face `CLIPModel` that the towers need, with the shape of its tensor. `pre_layrnorm` is spelled
 * so in all published files.
 *
 * @see Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
 */
export function clipLayout({ text, image, embeddingDim }: ClipConfig): Map<string, readonly number[]> {
  const layout = new Map<string, readonly number[]>();
  const norm = (name: string, width: number) => {
    layout.set(`${name}.weight`, [width]);
    layout.set(`${name}.bias`, [width]);
  };
  const linear = (name: string, input: number, output: number) => {
    layout.set(`${name}.weight`, [output, input]);
    layout.set(`${name}.bias`, [output]);
  };
  const transformer = (tower: string, { layers, width, feedForward }: TransformerConfig) => {
    for (let layer = 0; layer < layers; layer++) {
      const name = `${tower}.encoder.layers.${layer}`;
      norm(`${name}.layer_norm1`, width);
      for (const part of ["q_proj", "k_proj", "v_proj", "out_proj"]) linear(`${name}.self_attn.${part}`, width, width);
      norm(`${name}.layer_norm2`, width);
      linear(`${name}.mlp.fc1`, width, feedForward);
      linear(`${name}.mlp.fc2`, feedForward, width);
    }
  };

  layout.set("text_model.embeddings.token_embedding.weight", [text.vocabulary, text.width]);
  layout.set("text_model.embeddings.position_embedding.weight", [text.positions, text.width]);
  transformer("text_model", text);
  norm("text_model.final_layer_norm", text.width);
  layout.set("text_projection.weight", [embeddingDim, text.width]);

  const patches = Math.floor(image.size / image.patch) ** 2;
  layout.set("vision_model.embeddings.class_embedding", [image.width]);
  layout.set("vision_model.embeddings.patch_embedding.weight", [image.width, 3, image.patch, image.patch]);
  layout.set("vision_model.embeddings.position_embedding.weight", [patches + 1, image.width]);
  norm("vision_model.pre_layrnorm", image.width);
  transformer("vision_model", image);
  norm("vision_model.post_layernorm", image.width);
  layout.set("visual_projection.weight", [embeddingDim, image.width]);
  return layout;
}
