import { MMFSError, type NetworkShape, STYLE_LAYERS, StyleCode } from "@mmfs/core";
import { encoderDigest } from "../network/encoder-digest.js";
import { layoutWeights } from "../network/layout-weights.js";
import { decoderLayout, hasDetail } from "../network/network-layout.js";
import { type Network, readNetwork, readResolution } from "../network/read-network.js";
import type { Checkpoint } from "../reading/checkpoint.js";

/** A decoder that was tuned for one style, with what its file says of it. */
export interface TunedDecoder {
  /** Its weights are those of the decoder alone. */
  network: Network;
  /** The code that it is given; a checkpoint as published has none. */
  code: StyleCode | undefined;
  /** Row by row, RGB. */
  preview: { data: Uint8Array; width: number; height: number } | undefined;
  name: string | undefined;
  prompt: string | undefined;
  reference: string | undefined;
  /** {@link encoderDigest} of the network that it was tuned from, where the file tells. */
  encoderSha256: string | undefined;
}

/** The key of the metadata that only a `pack.safetensors` has. */
const PACK_METADATA = "mmfs.pack";

const MAX_PREVIEW = 4096;

/** Each blur is the outer product of [1, 3, 3, 1], normalised, times 4 for what doubling the sides takes away. */
const BLUR = Float32Array.from({ length: 16 }, (_, i) => {
  const taps = [1, 3, 3, 1] as const;
  return ((taps[i >> 2] ?? 0) * (taps[i & 3] ?? 0)) / 16;
});

/**
 * Finds a tuned decoder: in the `pack.safetensors` of `mmfs_training`, as `docs/pack-format.md` describes it, or in a per-style
 * checkpoint as published, which has the whole generator.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, naming the first tensor that is missing, odd or of a wrong shape
 */
export async function readTunedDecoder(checkpoint: Checkpoint): Promise<TunedDecoder> {
  const { metadata } = checkpoint;
  const version = metadata.get(PACK_METADATA);
  if (version === undefined) {
    const network = readNetwork(checkpoint);
    const nothing = { code: undefined, preview: undefined, name: undefined, prompt: undefined, reference: undefined };
    return { ...nothing, network, encoderSha256: await encoderDigest(network) };
  }
  if (version !== "1") throw unusable(`its metadata ${PACK_METADATA} is ${version.slice(0, 20)}; this version reads 1`);
  const network = decoderOf(checkpoint);
  return {
    network,
    code: codeOf(checkpoint, network.shape),
    preview: previewOf(checkpoint),
    name: metadata.get("name"),
    prompt: metadata.get("prompt"),
    reference: metadata.get("reference"),
    encoderSha256: metadata.get("base"),
  };
}

function decoderOf(checkpoint: Checkpoint): Network {
  const { tensors, byteLength } = checkpoint;
  const sizeOf = (key: string, axis: number): number => {
    const tensor = tensors.get(key);
    const length = tensor?.shape[axis];
    if (length === undefined || length < 1 || length > 8192) {
      throw unusable(tensor ? `${key} has shape [${tensor.shape}]` : `it lacks ${key}`);
    }
    return length;
  };
  const baseWidth = sizeOf("to_rgb4.conv.weight", 2);
  const styleDim = sizeOf("decoder0.conv.modulation.weight", 1);
  const detail = hasDetail(tensors);
  const whole = decoderLayout(baseWidth, styleDim, detail);
  const isGiven = ([key]: readonly [string, unknown]) => tensors.has(key) || !key.endsWith(".kernel");
  const layout = new Map([...whole].filter(isGiven));
  const sizes = `ngf ${baseWidth} and D ${styleDim}`;
  const given = layoutWeights(tensors, layout, { byteLength, prefix: "", sizes, refuse: unusable });
  for (const [key, tensor] of tensors) {
    if (!whole.has(key) && key !== "code" && key !== "preview") {
      throw unusable(`no decoder has ${key} [${tensor.shape}]`);
    }
  }
  return {
    shape: { baseWidth, styleDim, styleLayers: STYLE_LAYERS, detail, resolution: readResolution(checkpoint) },
    embeddingDim: undefined,
    feedForward: undefined,
    weights: (key) => (layout.has(key) ? given(key) : BLUR.slice()),
  };
}

function codeOf({ tensors, metadata }: Checkpoint, { styleDim }: NetworkShape): StyleCode {
  const tensor = tensors.get("code");
  if (String(tensor?.shape) !== String([STYLE_LAYERS, styleDim])) {
    throw unusable(`its code has shape [${tensor?.shape}] where [${STYLE_LAYERS},${styleDim}] is expected`);
  }
  const values = tensor?.toFloat32() ?? new Float32Array();
  if (!values.every(Number.isFinite)) throw unusable("its code holds NaN or infinity");
  const name = metadata.get("name") ?? "";
  return new StyleCode(values, STYLE_LAYERS, styleDim, { type: "pack", name });
}

function previewOf({ tensors }: Checkpoint): TunedDecoder["preview"] {
  const tensor = tensors.get("preview");
  if (!tensor) return undefined;
  const [height = 0, width = 0, channels] = tensor.shape;
  const isPicture = tensor.dtype === "uint8" && tensor.shape.length === 3 && channels === 3;
  if (!isPicture || Math.min(height, width) < 1 || Math.max(height, width) > MAX_PREVIEW) {
    throw unusable(`its preview is ${tensor.dtype} [${tensor.shape}] where uint8 [H,W,3] is expected`);
  }
  return { data: Uint8Array.from(tensor.toFloat32()), width, height };
}

function unusable(what: string): MMFSError {
  return new MMFSError("CHECKPOINT_INVALID", `This checkpoint holds no tuned decoder that can be used: ${what}.`);
}
