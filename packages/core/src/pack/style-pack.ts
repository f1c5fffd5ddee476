import type { NetworkShape } from "../bundle/manifest.js";
import type { StyleCode } from "../style/style-code.js";

/** The sizes of a pack's decoder: as those of a bundle, but for the resolutions, which are the bundle's. */
export type PackNetwork = Omit<NetworkShape, "resolution">;

/**
 * A style with a decoder of its own: what few-shot tuning with one prompt or one reference picture makes (phase 4 of the
 * training). It is used with the bundle that it was tuned from, whose encoder, mapping and face finder stay.
 */
export interface StylePack {
  name: string;
  /** The words that it was tuned with. */
  prompt?: string | undefined;
  /** What the reference picture was that it was tuned with, in words. */
  reference?: string | undefined;
  /** SPDX identifier or a sentence on the terms of the weights. */
  license?: string | undefined;
  /** The bundle that it belongs to: its name, and the SHA-256 of its encoder part. */
  base: { bundle: string; encoder: string };
  network: PackNetwork;
  /** What the decoder is given at strength 1, `[10, D]`. */
  code: StyleCode;
  /** The graph that takes the place of the bundle's decoder: the bytes of an ONNX file. */
  decoder: Uint8Array;
  /** SHA-256 of `decoder` in lower-case hexadecimal digits. */
  decoderSha256: string;
  /** A small picture of what it does. */
  preview?: { type: "image/png" | "image/jpeg"; bytes: Uint8Array } | undefined;
}
