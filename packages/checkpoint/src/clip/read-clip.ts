import { MMFSError } from "@mmfs/core";
import { layoutWeights } from "../network/layout-weights.js";
import type { Checkpoint } from "../reading/checkpoint.js";
import { type ClipConfig, parseClipConfig } from "./clip-config.js";
import { clipLayout } from "./clip-layout.js";

/** A CLIP inside a checkpoint: its sizes are known and every tensor is there in the right shape. */
export interface Clip {
  readonly config: ClipConfig;
  /**
   * The tensor of that key, as float32.
   *
   * @throws {MMFSError} `CHECKPOINT_INVALID` if it is damaged or holds NaN or infinity
   */
  weights(key: string): Float32Array;
}

/** Tensors of a `CLIPModel` that the towers do not need: the temperature of the contrastive loss, and 0, 1, 2, …. */
const UNUSED: ReadonlySet<string> = new Set([
  "logit_scale",
  "text_model.embeddings.position_ids",
  "vision_model.embeddings.position_ids",
]);

/**
 * Finds a CLIP with a vision transformer in a checkpoint, as `CLIPModel` of Hugging Face keeps it.
 *
 * @param checkpoint `readCheckpoint` of the model's `model.safetensors` or `pytorch_model.bin`
 * @param config the bytes of its `config.json`, which has the number of heads and the activation, as no tensor tells them
 * @throws {MMFSError} `CHECKPOINT_INVALID` for a configuration that is no CLIP's, or naming the first tensor that is
 *   missing, odd or of a wrong shape
 */
export function readClip(checkpoint: Checkpoint, config: Uint8Array): Clip {
  const sizes = parseClipConfig(config);
  const { tensors, byteLength } = checkpoint;
  const anchors = ["text_model.embeddings.token_embedding.weight", "vision_model.embeddings.patch_embedding.weight"];
  for (const anchor of anchors) {
    if (!tensors.has(anchor)) {
      const first = [...tensors.keys()].slice(0, 3).join(", ").slice(0, 200) || "nothing";
      throw mismatch(
        `it has no ${anchor}, as CLIPModel of Hugging Face has; its ${tensors.size} tensors begin with ${first}`,
      );
    }
  }
  const layout = clipLayout(sizes);
  const weights = layoutWeights(tensors, layout, {
    byteLength,
    prefix: "",
    sizes: "its config.json",
    refuse: mismatch,
  });
  for (const [key, tensor] of tensors) {
    if (!layout.has(key) && !UNUSED.has(key)) {
      throw mismatch(`its config.json leaves no place for ${key} [${tensor.shape}]`);
    }
  }
  return { config: sizes, weights };
}

function mismatch(what: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", `This checkpoint holds no CLIP that can be used: ${what}.`);
}
