import { readCheckpoint } from "../reading/read-checkpoint.js";
import { type ConvertedTowers, checkTowerDTypes, type TowerOptions, writeTowers } from "../towers/tower-parts.js";
import { checkTokenizer } from "./check-tokenizer.js";
import { LEGACY_END_TOKEN } from "./clip-config.js";
import { imageTowerGraph } from "./image-tower-graph.js";
import { readClip } from "./read-clip.js";
import { textTowerGraph } from "./text-tower-graph.js";
import type { ClipDType } from "./tower-weights.js";

/** The files of a CLIP with a vision transformer, as Hugging Face keeps them; leave them unchanged until it is converted. */
export interface ClipFiles {
  /** `config.json` */
  config: Uint8Array;
  /** `model.safetensors` or `pytorch_model.bin` */
  weights: Uint8Array;
  /** `tokenizer.json`, which prompts need; checked and passed on as it is. */
  tokenizer?: Uint8Array | undefined;
}

/** Options of {@link convertClip}. */
export interface ConvertClipOptions extends Omit<TowerOptions, "dtypes"> {
  /**
   * How the matrices are stored. Each tower is written once for each; the first is the part's own file, the others are
   * its variants.
   * @default ["fp32"]
   */
  dtypes?: readonly ClipDType[] | undefined;
}

/**
 * Turns a CLIP into the parts of a bundle that prompts and reference pictures need: both towers as ONNX graphs, and the
 * tokenizer. Neither Python nor PyTorch is needed, and nothing in the checkpoint is executed.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` for what is no CLIP or damaged, `CHECKPOINT_UNSAFE`, and `INVALID_ARGUMENT`;
 *   an aborted call rejects with `signal.reason`
 */
export async function convertClip(clipFiles: ClipFiles, options: ConvertClipOptions = {}): Promise<ConvertedTowers> {
  const { dtypes = ["fp32"], onProgress, signal } = options;
  signal?.throwIfAborted();
  checkTowerDTypes(dtypes);
  onProgress?.(0, "reading the checkpoint");
  const clip = readClip(readCheckpoint(clipFiles.weights), clipFiles.config);
  const { tokenizer } = clipFiles;
  if (tokenizer) {
    const { vocabulary, endToken } = clip.config.text;
    checkTokenizer(tokenizer, {
      vocabulary,
      endToken: endToken === LEGACY_END_TOKEN ? undefined : endToken,
      model: "BPE",
    });
  }
  const written = await writeTowers(
    {
      textTower: (dtype) => textTowerGraph(clip, dtype),
      imageTower: (dtype) => imageTowerGraph(clip, dtype),
      tokenizer,
    },
    { dtypes, onProgress, signal },
  );
  return { ...written, embeddingDim: clip.config.embeddingDim };
}
