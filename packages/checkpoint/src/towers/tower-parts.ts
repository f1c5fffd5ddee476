import { type BundleFile, MMFSError } from "@mmfs/core";
import { sha256 } from "@mmfs/core/internal";
import type { ClipDType } from "../clip/tower-weights.js";

/** A file of a bundle and the same graph with weights that are stored otherwise. */
export type TowerPart = BundleFile & { variants?: Partial<Record<ClipDType, BundleFile>> };

/** The parts of a bundle that prompts and reference pictures need beside the mapper. */
export interface ConvertedTowers {
  /** The files of the parts, by path. */
  files: Map<string, Uint8Array>;
  /** The entries of `parts` in a bundle's manifest that name the files. */
  parts: Partial<Record<"textTower" | "imageTower" | "tokenizer", TowerPart>>;
  /** E, the length of the embeddings, which the bundle's mapper must take. */
  embeddingDim: number;
}

/** Options of what converts two towers. */
export interface TowerOptions {
  /**
   * How the matrices are stored. Each tower is written once for each; the first is the part's own file, the others are
   * its variants.
   */
  dtypes: readonly ClipDType[];
  /** Called with a fraction in [0, 1] that never falls, and what is being done. */
  onProgress?: ((fraction: number, what: string) => void) | undefined;
  /** Stops between two graphs; the promise then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}

const DTYPES: readonly ClipDType[] = ["fp32", "fp16", "int8"];

/** @throws {MMFSError} `INVALID_ARGUMENT` for a list that is empty or has something unknown or twice */
export function checkTowerDTypes(dtypes: readonly ClipDType[]): void {
  const unknown = dtypes.find((dtype) => !DTYPES.includes(dtype));
  if (unknown === undefined && dtypes.length > 0 && new Set(dtypes).size === dtypes.length) return;
  throw new MMFSError(
    "INVALID_ARGUMENT",
    `dtypes may hold ${DTYPES.join(", ")}, each once, not ${JSON.stringify(dtypes)}.`,
  );
}

/** Writes both graphs in every way of storing them, and names the files as a manifest does. */
export async function writeTowers(
  towers: {
    textTower: (dtype: ClipDType) => Uint8Array;
    imageTower: (dtype: ClipDType) => Uint8Array;
    tokenizer: Uint8Array | undefined;
  },
  { dtypes, onProgress, signal }: TowerOptions,
): Promise<Pick<ConvertedTowers, "files" | "parts">> {
  const files: ConvertedTowers["files"] = new Map();
  const parts: ConvertedTowers["parts"] = {};
  const describe = async (path: string, content: Uint8Array): Promise<BundleFile> => {
    files.set(path, content);
    return { path, bytes: content.byteLength, sha256: await sha256(content) };
  };
  const stems = [
    ["textTower", "text-tower"],
    ["imageTower", "image-tower"],
  ] as const;
  let done = 0;
  for (const [part, stem] of stems) {
    for (const dtype of dtypes) {
      const path = dtype === "fp32" ? `${stem}.onnx` : `${stem}.${dtype}.onnx`;
      onProgress?.(done / (stems.length * dtypes.length), `writing ${path}`);
      const file = await describe(path, towers[part](dtype));
      const main = parts[part];
      parts[part] = main ? { ...main, variants: { ...main.variants, [dtype]: file } } : file;
      signal?.throwIfAborted();
      done += 1;
    }
  }
  if (towers.tokenizer) parts.tokenizer = await describe("tokenizer.json", towers.tokenizer);
  onProgress?.(1, "done");
  return { files, parts };
}
