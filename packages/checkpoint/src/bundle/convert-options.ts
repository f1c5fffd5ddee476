import type { DType } from "@mmfs/core";
import type { ConvertedTowers } from "../towers/tower-parts.js";

/** The graphs that find a face, as bytes of ONNX files; see {@link faceDetectorGraph} and {@link faceLandmarksGraph}. */
export interface FaceParts {
  faceDetector: Uint8Array;
  faceLandmarks: Uint8Array;
}

/** Options of {@link convertCheckpoint}. */
export interface ConvertOptions {
  /**
   * Name of the bundle in its manifest.
   * @default "mmfs"
   */
  name?: string | undefined;
  /** A sentence on the bundle for people. */
  description?: string | undefined;
  /**
   * Terms of the weights: an SPDX identifier or a sentence.
   * @default "unknown: ask whoever gave you the checkpoint"
   */
  license?: string | undefined;
  /** Where the weights come from, as pairs of words for the manifest; the tool adds its own line. */
  provenance?: Record<string, string> | undefined;
  /**
   * The side in pixels that a face's square is to have by default, a multiple of 16 from 128 to 1024; the live one is half
   * of it, and at least 128. The graphs take pictures of any size.
   * @default the nearest to the checkpoint's metadata `mmfs.size` (safetensors), else 512, the published size
   */
  size?: number | undefined;
  /**
   * Precisions of encoder and decoder. `fp32` is always written; `fp16` adds a variant of half the size, meant for GPUs.
   * @default ["fp32"]
   */
  dtypes?: readonly DType[] | undefined;
  /** The presets file of the bundle, as `serializePresets` of `@mmfs/core` writes it. */
  presets?: Uint8Array | undefined;
  /** The graphs that find a face; without them the bundle takes pictures that are aligned already. */
  faceParts?: FaceParts | undefined;
  /** The graph that tells people from the background, as bytes of an ONNX file; see {@link personMatteGraph}. */
  personMatte?: Uint8Array | undefined;
  /**
   * What understands prompts and reference pictures, as {@link convertTowers} or {@link convertClip} makes it; the
   * checkpoint must have a mapper for its embeddings.
   */
  towers?: ConvertedTowers | undefined;
  /** Called with a fraction in [0, 1] that never falls, and what is being done. */
  onProgress?: ((fraction: number, what: string) => void) | undefined;
  /** Stops between two graphs; the promise then rejects with `signal.reason`. */
  signal?: AbortSignal | undefined;
}
