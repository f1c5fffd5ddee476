import { type Manifest, MMFSError, StyleCode, type StylePack, writePack } from "@mmfs/core";
import { halfToFloat, toHalves } from "../half-float.js";
import { decoderLayout } from "../network/network-layout.js";
import type { Network } from "../network/read-network.js";
import { decoderGraph } from "../onnx/decoder-graph.js";
import { elementCount } from "../reading/checkpoint.js";
import { readCheckpoint } from "../reading/read-checkpoint.js";
import { readTunedDecoder, type TunedDecoder } from "./read-tuned-decoder.js";

/** Options of {@link convertPack}. */
export interface ConvertPackOptions {
  /** The manifest of the bundle that the decoder was tuned from. */
  bundle: Manifest;
  /** What to call the style. @default what the file says */
  name?: string | undefined;
  /** The code that the decoder is given; a checkpoint as published needs it. @default the one in the file */
  code?: StyleCode | undefined;
  /** Terms of the weights: an SPDX identifier or a sentence. @default those of the bundle */
  license?: string | undefined;
  /** Turns the preview in the file, RGB row by row, into a PNG or JPEG; without it the pack has no preview. */
  encodePreview?: ((picture: NonNullable<TunedDecoder["preview"]>) => Promise<Uint8Array>) | undefined;
}

/** Bytes for each number, below which a graph is stored as float16; float32 takes 4, and names and shapes little. */
const HALF_STORED = 3;

/**
 * Turns a tuned decoder (`pack.safetensors` of `mmfs_training`, or a per-style `.pth` as published) into the bytes of a style
 * pack. Its weights are stored as float16 where those of the bundle's decoder are.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID`, `CHECKPOINT_UNSAFE`; `PACK_MISMATCH` if it was tuned from another network than the
 *   bundle's; `INVALID_ARGUMENT` if name or code are nowhere to be found; `PACK_INVALID`, `STYLE_INVALID`
 */
export async function convertPack(bytes: Uint8Array, options: ConvertPackOptions): Promise<Uint8Array> {
  const { bundle } = options;
  const tuned = await readTunedDecoder(readCheckpoint(bytes));
  checkBase(tuned, bundle);
  const { name = tuned.name, code = tuned.code, license = bundle.license } = options;
  if (name === undefined)
    throw new MMFSError("INVALID_ARGUMENT", "The checkpoint does not name its style; pass a name.");
  if (code === undefined) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      "The checkpoint has no style code; pass the code of its prompt or picture.",
    );
  }
  const { encoder, decoder } = bundle.parts;
  if (encoder === undefined) {
    throw new MMFSError("BUNDLE_PART_MISSING", `The bundle "${bundle.name}" has no encoder, to which a pack belongs.`, {
      data: { part: "encoder" },
    });
  }
  const { prompt, reference, preview, network } = tuned;
  const encoded = preview && (await options.encodePreview?.(preview));
  const { values, layers, dim } = code;
  const pack: Omit<StylePack, "decoderSha256"> = {
    name,
    ...(prompt !== undefined && { prompt }),
    ...(reference !== undefined && { reference }),
    license,
    base: { bundle: bundle.name, encoder: encoder.sha256 },
    network: network.shape,
    code: new StyleCode(values, layers, dim, { type: "pack", name }),
    decoder: decoderGraph(isHalfStored(decoder?.bytes, network) ? rounded(network) : network, "fp32"),
    preview: encoded && { type: encoded[0] === 0x89 ? "image/png" : "image/jpeg", bytes: encoded },
  };
  return writePack(pack);
}

function checkBase({ network, encoderSha256 }: TunedDecoder, bundle: Manifest): void {
  const data = { bundle: bundle.name };
  for (const key of ["baseWidth", "styleDim", "detail"] as const) {
    if (network.shape[key] === bundle.network[key]) continue;
    throw new MMFSError(
      "PACK_MISMATCH",
      `The decoder is of a network with ${key} ${network.shape[key]}, and the bundle "${bundle.name}" has ${bundle.network[key]}. Name the bundle that it was tuned from.`,
      { data },
    );
  }
  const stated = bundle.provenance?.encoderSha256;
  if (encoderSha256 !== undefined && stated !== undefined && encoderSha256 !== stated) {
    throw new MMFSError(
      "PACK_MISMATCH",
      `The decoder was tuned with another encoder (${encoderSha256.slice(0, 12)}…) than that of the bundle "${bundle.name}" (${stated.slice(0, 12)}…). Name the bundle that it was tuned from.`,
      { data },
    );
  }
}

function isHalfStored(bytes: number | undefined, { shape }: Network): boolean {
  const shapes = [...decoderLayout(shape.baseWidth, shape.styleDim, shape.detail).values()];
  return bytes !== undefined && bytes < HALF_STORED * shapes.reduce((sum, each) => sum + elementCount(each), 0);
}

function rounded(network: Network): Network {
  return { ...network, weights: (key) => Float32Array.from(toHalves(network.weights(key)), halfToFloat) };
}
