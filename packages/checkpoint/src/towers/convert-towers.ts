import { checkTokenizer } from "../clip/check-tokenizer.js";
import type { ClipDType } from "../clip/tower-weights.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { convolutionalImageGraph } from "./convolutional-image-graph.js";
import { pooledTextGraph } from "./pooled-text-graph.js";
import { readTowers } from "./read-towers.js";
import { type ConvertedTowers, checkTowerDTypes, type TowerOptions, writeTowers } from "./tower-parts.js";

/** The files of the two small towers, as `mmfs_training` writes them. */
export interface TowersFiles {
  /** `towers.safetensors` */
  weights: Uint8Array;
  /** `tokenizer.json` of Hugging Face, which prompts need; checked and passed on as it is. */
  tokenizer?: Uint8Array | undefined;
}

/** Options of {@link convertTowers}. */
export interface ConvertTowersOptions extends Omit<TowerOptions, "dtypes"> {
  /**
   * How the matrices are stored; the arithmetic is float32 in every case, and the table of tokens is int8. The first is
   * the part's own file, the others are its variants.
   * @default ["fp16"]
   */
  dtypes?: readonly ClipDType[] | undefined;
}

/**
 * Turns the small towers that `mmfs_training` trains into the parts of a bundle that prompts and reference pictures need.
 * The graphs have the interface of CLIP's, as {@link convertClip} makes them.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` for what is no such file or damaged, and `INVALID_ARGUMENT`; an aborted call
 *   rejects with `signal.reason`
 */
export async function convertTowers(
  towersFiles: TowersFiles,
  options: ConvertTowersOptions = {},
): Promise<ConvertedTowers> {
  const { dtypes = ["fp16"], onProgress, signal } = options;
  signal?.throwIfAborted();
  checkTowerDTypes(dtypes);
  onProgress?.(0, "reading the towers");
  const towers = readTowers(readCheckpoint(towersFiles.weights));
  const { vocabulary, endToken } = towers.shape.text;
  const { tokenizer } = towersFiles;
  if (tokenizer) checkTokenizer(tokenizer, { vocabulary, endToken, model: "WordPiece" });
  const written = await writeTowers(
    {
      textTower: (dtype) => pooledTextGraph(towers, dtype),
      imageTower: (dtype) => convolutionalImageGraph(towers, dtype),
      tokenizer,
    },
    { dtypes, onProgress, signal },
  );
  return { ...written, embeddingDim: towers.shape.embeddingDim };
}
