import { MMFSError } from "@mmfs/core";
import { decodeUtf8 } from "../reading/decode-utf8.js";

/** Activations between the two layers of a feed-forward block, by their names in `config.json`. */
const ACTIVATIONS = ["quick_gelu", "gelu"] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** The end token of files from before the correction of their configuration: a text ends at its highest id. */
export const LEGACY_END_TOKEN = 2;

/** The sizes of one transformer of a CLIP. */
export interface TransformerConfig {
  /** Numbers in a token. */
  width: number;
  /** Numbers inside a feed-forward block. */
  feedForward: number;
  layers: number;
  /** Attention heads; a divisor of `width`. */
  heads: number;
  activation: Activation;
  /** Added to the variance by layer normalisation. */
  epsilon: number;
}

/** The sizes of a CLIP, in the words of its `config.json` as Hugging Face keeps it. */
export interface ClipConfig {
  text: TransformerConfig & {
    /** Token ids go from 0 to here, exclusive. */
    vocabulary: number;
    /** The longest text in tokens, start and end included. */
    positions: number;
    /** The id of the end-of-text token, {@link LEGACY_END_TOKEN} in old files. */
    endToken: number;
  };
  image: TransformerConfig & {
    /** Side of the square picture in pixels. */
    size: number;
    /** Side of a square patch in pixels. */
    patch: number;
  };
  /** E, the length of an embedding. */
  embeddingDim: number;
}

/** What a key stands for that `config.json` leaves out. */
const DEFAULTS = {
  text: {
    vocab_size: 49408,
    hidden_size: 512,
    intermediate_size: 2048,
    num_hidden_layers: 12,
    num_attention_heads: 8,
    max_position_embeddings: 77,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
    eos_token_id: 49407,
  },
  vision: {
    hidden_size: 768,
    intermediate_size: 3072,
    num_hidden_layers: 12,
    num_attention_heads: 12,
    num_channels: 3,
    image_size: 224,
    patch_size: 32,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  },
} as const;
const DEFAULT_PROJECTION = 512;

/** A configuration of a real CLIP has 1 to 5 kB. */
const MAX_BYTES = 1024 * 1024;
const MAX_SIZE = 1_000_000;
const MAX_LAYERS = 1000;

type Json = Record<string, unknown>;

/**
 * Reads the `config.json` of a CLIP. Keys that it leaves out have the values that `CLIPConfig` of `transformers` gives
 * them, and `text_config_dict` and `vision_config_dict` of old files go before `text_config` and `vision_config`.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if it is not JSON, of another kind of network, or has a value that no CLIP has
 */
export function parseClipConfig(bytes: Uint8Array): ClipConfig {
  const config = parse(bytes);
  if (config.model_type !== "clip") {
    throw unusable(`its model_type is ${quote(config.model_type)} where a CLIP has "clip"`);
  }
  const text = section(config, "text", DEFAULTS.text);
  const vision = section(config, "vision", DEFAULTS.vision);
  const size = count(vision, "vision", "image_size");
  const patch = count(vision, "vision", "patch_size");
  if (patch > size) throw unusable(`a patch of ${patch} pixels does not fit into a picture of ${size}`);
  if (vision.num_channels !== 3) {
    throw unusable(`its pictures have ${quote(vision.num_channels)} channels where red, green and blue are expected`);
  }
  return {
    text: {
      ...transformer(text, "text"),
      vocabulary: count(text, "text", "vocab_size"),
      positions: count(text, "text", "max_position_embeddings"),
      endToken: count(text, "text", "eos_token_id", { least: 0 }),
    },
    image: { ...transformer(vision, "vision"), size, patch },
    embeddingDim: count({ projection_dim: DEFAULT_PROJECTION, ...config }, "", "projection_dim"),
  };
}

function parse(bytes: Uint8Array): Json {
  if (bytes.length > MAX_BYTES) throw unusable(`it has ${bytes.length} bytes, above ${MAX_BYTES}`);
  let config: unknown;
  try {
    config = JSON.parse(decodeUtf8(bytes, "config.json"));
  } catch (cause) {
    if (MMFSError.isInstance(cause)) throw cause;
    throw unusable("it is not JSON", cause);
  }
  if (!isJson(config)) throw unusable("it is not a JSON object");
  return config;
}

function section(config: Json, name: "text" | "vision", defaults: Json): Json {
  const read = (key: string): Json => {
    const value = config[key] ?? {};
    if (!isJson(value)) throw unusable(`its ${key} is not a JSON object`);
    return value;
  };
  const old = read(`${name}_config_dict`);
  // transformers completes the old section with defaults before it overrides the new one
  if (config[`${name}_config_dict`] != null) return { ...read(`${name}_config`), ...defaults, ...old };
  return { ...defaults, ...read(`${name}_config`) };
}

function transformer(values: Json, name: string): TransformerConfig {
  const width = count(values, name, "hidden_size");
  const heads = count(values, name, "num_attention_heads");
  if (width % heads !== 0) throw unusable(`its ${name} width ${width} cannot be split among ${heads} heads`);
  const activation = ACTIVATIONS.find((known) => known === values.hidden_act);
  if (activation === undefined) {
    throw unusable(
      `its ${name} activation is ${quote(values.hidden_act)}, and only ${ACTIVATIONS.join(" and ")} are known`,
    );
  }
  const epsilon = values.layer_norm_eps;
  if (typeof epsilon !== "number" || !(epsilon > 0 && epsilon < 1)) {
    throw unusable(`its ${name} layer_norm_eps is ${quote(epsilon)}`);
  }
  const feedForward = count(values, name, "intermediate_size");
  return {
    width,
    feedForward,
    layers: count(values, name, "num_hidden_layers", { most: MAX_LAYERS }),
    heads,
    activation,
    epsilon,
  };
}

function count(values: Json, name: string, key: string, { least = 1, most = MAX_SIZE } = {}): number {
  const value = values[key];
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
    throw unusable(`its ${name} ${key} is ${quote(value)} where a whole number from ${least} to ${most} is expected`);
  }
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quote(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 60);
}

function unusable(what: string, cause?: unknown): MMFSError {
  return new MMFSError(
    "CHECKPOINT_INVALID",
    `This config.json is not of a CLIP that can be used: ${what}.`,
    cause === undefined ? undefined : { cause },
  );
}
