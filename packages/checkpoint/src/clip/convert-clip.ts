import { type BundleFile, MMFSError, sha256 } from "@mmfs/core";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { checkTokenizer } from "./check-tokenizer.js";
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
export interface ConvertClipOptions {
  /**
   * How the matrices are stored. Each tower is written once for each; the first is the part's own file, the others are
   * its variants.
   * @default ["fp32"]
   */
  dtypes?: readonly ClipDType[] | undefined;
  /** Called with a fraction in [0, 1] that never falls, and what is being done. */
  onProgress?: ((fraction: number, what: string) => void) | undefined;
  /** Stops between two graphs; the promise then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

/** What {@link convertClip} makes. */
export interface ConvertedClip {
  /** The files of the parts, by path. */
  files: Map<string, Uint8Array>;
  /** The entries of `parts` in a bundle's manifest that name the files. */
  parts: Partial<Record<"textTower" | "imageTower" | "tokenizer", ClipPart>>;
  /** E, the length of the embeddings, which the bundle's mapper must take. */
  embeddingDim: number;
}

/** A file of a bundle and the same graph with weights that are stored otherwise. */
export type ClipPart = BundleFile & { variants?: Partial<Record<ClipDType, BundleFile>> };

const DTYPES: readonly ClipDType[] = ["fp32", "fp16", "int8"];

/**
 * Turns a CLIP into the parts of a bundle that prompts and reference pictures need: both towers as ONNX graphs, and the
 * tokenizer. Neither Python nor PyTorch is needed, and nothing in the checkpoint is executed.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` for what is no CLIP or damaged, `CHECKPOINT_UNSAFE`, and `INVALID_ARGUMENT`;
 *   an aborted call rejects with `signal.reason`
 */
export async function convertClip(clipFiles: ClipFiles, options: ConvertClipOptions = {}): Promise<ConvertedClip> {
  const { dtypes = ["fp32"], onProgress, signal } = options;
  signal?.throwIfAborted();
  const unknown = dtypes.find((dtype) => !DTYPES.includes(dtype));
  if (unknown !== undefined || dtypes.length === 0 || new Set(dtypes).size < dtypes.length) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `dtypes may hold ${DTYPES.join(", ")}, each once, not ${JSON.stringify(dtypes)}.`,
    );
  }
  onProgress?.(0, "reading the checkpoint");
  const clip = readClip(readCheckpoint(clipFiles.weights), clipFiles.config);
  if (clipFiles.tokenizer) checkTokenizer(clipFiles.tokenizer, clip.config);

  const files = new Map<string, Uint8Array>();
  const parts: ConvertedClip["parts"] = {};
  const describe = async (path: string, content: Uint8Array): Promise<BundleFile> => {
    files.set(path, content);
    return { path, bytes: content.byteLength, sha256: await sha256(content) };
  };
  const towers = [
    { part: "textTower", stem: "text-tower", make: textTowerGraph },
    { part: "imageTower", stem: "image-tower", make: imageTowerGraph },
  ] as const;
  let done = 0;
  for (const { part, stem, make } of towers) {
    for (const dtype of dtypes) {
      const path = dtype === "fp32" ? `${stem}.onnx` : `${stem}.${dtype}.onnx`;
      onProgress?.(done / (towers.length * dtypes.length), `writing ${path}`);
      const file = await describe(path, make(clip, dtype));
      const main = parts[part];
      parts[part] = main ? { ...main, variants: { ...main.variants, [dtype]: file } } : file;
      signal?.throwIfAborted();
      done += 1;
    }
  }
  if (clipFiles.tokenizer) parts.tokenizer = await describe("tokenizer.json", clipFiles.tokenizer);
  onProgress?.(1, "done");
  return { files, parts, embeddingDim: clip.config.embeddingDim };
}
