import { MMFSError, type NetworkShape } from "@mmfs/core";
import { RESOLUTIONS } from "@mmfs/core/internal";
import type { Checkpoint, CheckpointTensor } from "../reading/checkpoint.js";
import { layoutWeights } from "./layout-weights.js";
import { hasDetail, MAPPER, networkLayout, STYLE_LAYERS } from "./network-layout.js";

/** The side in pixels of the squares that the published networks were trained with. */
export const PUBLISHED_SIZE = 512;
/** The key of a safetensors file's metadata that tells the side of the squares that a network was trained with. */
const SIZE_METADATA = "mmfs.size";

/** An MMFS generator inside a checkpoint: its sizes are known and every tensor is there in the right shape. */
export interface Network {
  readonly shape: NetworkShape;
  /** E, the length of the CLIP embeddings that the mapper takes; undefined without a mapper. */
  readonly embeddingDim: number | undefined;
  /** Width of the mapper's feed-forward layers, 2048 in published files; undefined without a mapper. */
  readonly feedForward: number | undefined;
  /**
   * The tensor of that key, as float32.
   *
   * @throws {MMFSError} `CHECKPOINT_INVALID` if it is damaged or holds NaN or infinity
   */
  weights(key: string): Float32Array;
}

export interface ReadNetworkOptions {
  /**
   * The side in pixels that a face's square is to have by default, a multiple of 16 from 128 to 1024; the live one is half
   * of it, and at least 128. The graphs take pictures of any size.
   * @default the nearest to the checkpoint's metadata `mmfs.size` (safetensors), else 512, the published size
   */
  size?: number | undefined;
}

const ANCHOR = "encoder.0.0.weight";

/**
 * Finds the generator in a checkpoint: under `G_ema_model` in a published file, at the root of a plain state dict, or
 * under whatever one prefix (`module.`) all its keys have.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, naming the first key that is missing, odd or of a wrong shape;
 *   `INVALID_ARGUMENT` for a size that is not a multiple of 16 from 128 to 1024
 */
export function readNetwork(checkpoint: Checkpoint, options: ReadNetworkOptions = {}): Network {
  const prefix = findPrefix(checkpoint);
  const found = new Map<string, CheckpointTensor>();
  for (const [name, tensor] of checkpoint.tensors) {
    if (name.startsWith(prefix)) found.set(name.slice(prefix.length), tensor);
  }

  const baseWidth = sizeOf(found, ANCHOR, 0);
  const styleDim = sizeOf(found, "decoder0.conv.modulation.weight", 1);
  const hasMapper = [...found.keys()].some((key) => key.startsWith("clip_mapper."));
  if (hasMapper && styleDim % MAPPER.heads !== 0) {
    throw mismatch(`its style width ${styleDim} cannot be split among the mapper's ${MAPPER.heads} heads`);
  }
  const feedForward = hasMapper ? sizeOf(found, "clip_mapper.transformer.layers.0.linear1.weight", 0) : undefined;
  const sizes = `ngf ${baseWidth} and D ${styleDim}`;
  const detail = hasDetail(found);
  const layout = networkLayout(baseWidth, styleDim, { mapper: hasMapper, feedForward, detail });
  const weights = layoutWeights(found, layout, { byteLength: checkpoint.byteLength, prefix, sizes, refuse: mismatch });
  for (const [key, tensor] of found) {
    if (!layout.has(key)) throw mismatch(`no MMFS network has ${prefix}${key} [${tensor.shape}]`);
  }

  return {
    shape: {
      baseWidth,
      styleDim,
      styleLayers: STYLE_LAYERS,
      detail,
      resolution: readResolution(checkpoint, options.size),
    },
    embeddingDim: hasMapper ? styleDim : undefined,
    feedForward,
    weights,
  };
}

function findPrefix(checkpoint: Checkpoint): string {
  const prefixes = [...checkpoint.tensors.keys()]
    .filter((name) => name === ANCHOR || name.endsWith(`.${ANCHOR}`))
    .map((name) => name.slice(0, -ANCHOR.length));
  // the running average comes before the network of the last step, which other files hold beside it
  const ranked = prefixes.sort((a, b) => rank(a) - rank(b) || a.length - b.length);
  if (ranked[0] !== undefined) return ranked[0];

  const names = [...checkpoint.tensors.keys()];
  if (names.some((name) => /(^|\.)(g|g_ema|d)\.(style|convs|to_rgbs|final_linear)\./.test(name))) {
    throw mismatch(
      "it is a StyleGAN2 prior, from which MMFS networks are trained, not an MMFS network. Train one with " +
        "mmfs_training, or bring a phase 2, 3 or 4 checkpoint",
    );
  }
  throw mismatch(
    `it has no ${ANCHOR}, neither under G_ema_model nor at its root; its ${names.length} tensors begin with ` +
      `${names.slice(0, 3).join(", ").slice(0, 200) || "nothing"}`,
  );
}

function rank(prefix: string): number {
  if (prefix.startsWith("G_ema_model.")) return 0;
  return prefix === "" ? 1 : 2;
}

function sizeOf(tensors: ReadonlyMap<string, CheckpointTensor>, key: string, axis: number): number {
  const tensor = tensors.get(key);
  if (!tensor) throw mismatch(`it lacks ${key}`);
  const size = tensor.shape[axis];
  if (size === undefined || size < 1 || size > 8192) throw mismatch(`${key} has shape [${tensor.shape}]`);
  return size;
}

/**
 * The sides that a face's square has for the network.
 *
 * @param option the default one as the caller says it, which goes before the checkpoint's metadata
 * @throws {MMFSError} `CHECKPOINT_INVALID` or, for the option, `INVALID_ARGUMENT`
 */
export function readResolution(checkpoint: Checkpoint, option?: number): NetworkShape["resolution"] {
  const { least, most, step } = RESOLUTIONS;
  const stated = checkpoint.metadata.get(SIZE_METADATA);
  const size = option ?? (stated === undefined ? PUBLISHED_SIZE : Number(stated));
  const isSide = Number.isInteger(size) && size >= step && size <= 4096 && size % step === 0;
  if (option === undefined && !isSide) {
    throw mismatch(`its metadata ${SIZE_METADATA} is ${stated}, not a multiple of ${step}`);
  }
  if (option !== undefined && !(isSide && size >= least && size <= most)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `size must be a multiple of ${step} from ${least} to ${most}, not ${option}.`,
    );
  }
  const usual = Math.min(Math.max(size, least), most);
  return { default: usual, live: Math.max(Math.floor(usual / 2 / step) * step, least) };
}

function mismatch(what: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", `This checkpoint holds no MMFS network that can be used: ${what}.`);
}
