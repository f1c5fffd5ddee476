import { expect, test } from "vitest";
import type { Checkpoint, CheckpointTensor } from "../reading/checkpoint.js";
import { elementCount } from "../reading/checkpoint.js";
import { parseClipConfig } from "./clip-config.js";
import { clipLayout } from "./clip-layout.js";
import { readClip } from "./read-clip.js";

const TEXT = {
  vocab_size: 20,
  hidden_size: 8,
  intermediate_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  max_position_embeddings: 6,
  eos_token_id: 19,
};
const VISION = {
  hidden_size: 6,
  intermediate_size: 9,
  num_hidden_layers: 1,
  num_attention_heads: 3,
  image_size: 8,
  patch_size: 4,
};
const CLIP = { model_type: "clip", projection_dim: 5, text_config: TEXT, vision_config: VISION };

const bytes = (config: unknown) => new TextEncoder().encode(JSON.stringify(config));
const parse = (config: unknown) => parseClipConfig(bytes(config));
const changed = (text: object, vision: object = {}) => ({
  ...CLIP,
  text_config: { ...TEXT, ...text },
  vision_config: { ...VISION, ...vision },
});

/** A checkpoint of {@link CLIP}, and what a file has beside it. */
function checkpoint(changes: Record<string, Partial<CheckpointTensor> | undefined> = {}): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  const shapes: [string, readonly number[]][] = [
    ...clipLayout(parse(CLIP)),
    ["logit_scale", []],
    ["text_model.embeddings.position_ids", [1, 6]],
    ["vision_model.embeddings.position_ids", [1, 5]],
  ];
  for (const [key, shape] of shapes) {
    tensors.set(key, { dtype: "float32", shape, toFloat32: () => new Float32Array(elementCount(shape)).fill(1) });
  }
  for (const [key, change] of Object.entries(changes)) {
    if (!change) tensors.delete(key);
    else
      tensors.set(key, {
        dtype: "float32",
        shape: [1],
        toFloat32: () => new Float32Array(1),
        ...tensors.get(key),
        ...change,
      });
  }
  return { format: "safetensors", byteLength: 1e5, tensors, metadata: new Map() };
}

test.each([
  // the figures of the paper's models, with the temperature that the towers do not have
  ["ViT-B/32", { model_type: "clip" }, 151_277_313],
  [
    "ViT-L/14",
    {
      model_type: "clip",
      projection_dim: 768,
      text_config: { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12 },
      vision_config: {
        hidden_size: 1024,
        intermediate_size: 4096,
        num_attention_heads: 16,
        num_hidden_layers: 24,
        patch_size: 14,
      },
    },
    427_616_513,
  ],
])("the layout of %s has the published number of parameters", (_, config, published) => {
  const counts = [...clipLayout(parse(config)).values()].map(elementCount);
  expect(1 + counts.reduce((a, b) => a + b, 0)).toBe(published);
});

test("what config.json leaves out is as in ViT-B/32, and sections of old files go first", () => {
  const { text, image, embeddingDim } = parse({ model_type: "clip" });
  expect([text.width, text.heads, text.positions, text.endToken, text.activation]).toEqual([
    512,
    8,
    77,
    49407,
    "quick_gelu",
  ]);
  expect([image.width, image.heads, image.size, image.patch, embeddingDim]).toEqual([768, 12, 224, 32, 512]);
  const old = parse({ ...changed({ eos_token_id: 2 }), text_config_dict: { hidden_size: 16 } });
  expect([old.text.width, old.text.endToken, old.text.layers]).toEqual([16, 49407, 12]);
  expect(parse({ ...changed({ eos_token_id: 2 }), text_config_dict: null }).text.endToken).toBe(2);
});

test("a CLIP is read from a file that has more than the towers need", () => {
  const clip = readClip(checkpoint(), bytes(CLIP));
  expect(clip.config.embeddingDim).toBe(5);
  expect(clip.weights("visual_projection.weight")).toHaveLength(5 * 6);
});

test.each<[string, unknown, RegExp]>([
  ["another network", { ...CLIP, model_type: "siglip" }, /model_type is "siglip"/],
  ["no kind of network", { text_config: TEXT }, /model_type is missing/],
  ["a list", [], /not a JSON object/],
  ["an unknown activation", changed({ hidden_act: "swish" }), /text activation is "swish"/],
  ["an unknown activation of pictures", changed({}, { hidden_act: "gelu_new" }), /vision activation is "gelu_new"/],
  ["heads that do not divide", changed({ num_attention_heads: 3 }), /width 8 cannot be split among 3 heads/],
  ["a width of zero", changed({ hidden_size: 0 }), /text hidden_size is 0/],
  ["a fraction", changed({}, { patch_size: 2.5 }), /vision patch_size is 2.5/],
  ["a string", changed({ vocab_size: "20" }), /text vocab_size is "20"/],
  ["several end tokens", changed({ eos_token_id: [1, 2] }), /eos_token_id is \[1,2\]/],
  ["a section that is none", { ...CLIP, text_config: 3 }, /text_config is not a JSON object/],
  ["grey pictures", changed({}, { num_channels: 1 }), /have 1 channels/],
  ["a patch larger than the picture", changed({}, { patch_size: 9 }), /patch of 9 pixels/],
  ["no epsilon", changed({ layer_norm_eps: null }), /text layer_norm_eps is null/],
  ["a billion layers", changed({ num_hidden_layers: 1e9 }), /text num_hidden_layers is 1000000000/],
])("a configuration with %s is refused", (_, config, message) => {
  expect(() => parse(config)).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_INVALID", message: expect.stringMatching(message) }),
  );
});

test("a configuration that is no text or no JSON is refused", () => {
  for (const broken of [Uint8Array.of(0xff, 0xfe), new TextEncoder().encode("{"), new Uint8Array(2 ** 21)]) {
    expect(() => parseClipConfig(broken)).toThrow(expect.objectContaining({ code: "CHECKPOINT_INVALID" }));
  }
});

const layer = "text_model.encoder.layers.1";
test.each<[string, Record<string, Partial<CheckpointTensor> | undefined>, unknown, RegExp]>([
  [
    "no tower",
    { "vision_model.embeddings.patch_embedding.weight": undefined },
    CLIP,
    /has no vision_model\.embeddings\.patch/,
  ],
  [
    "a missing tensor",
    { [`${layer}.mlp.fc2.bias`]: undefined },
    CLIP,
    /lacks text_model\.encoder\.layers\.1\.mlp\.fc2\.bias/,
  ],
  [
    "a tensor of another shape",
    { [`${layer}.mlp.fc1.weight`]: { shape: [8, 16] } },
    CLIP,
    /shape \[8,16\] where \[16,8\]/,
  ],
  ["a tensor of whole numbers", { [`${layer}.mlp.fc1.bias`]: { dtype: "int64" } }, CLIP, /fc1\.bias is of type int64/],
  ["a tensor too many", { "text_model.extra": {} }, CLIP, /leaves no place for text_model\.extra/],
  [
    "fewer layers in its configuration",
    {},
    changed({ num_hidden_layers: 1 }),
    /no place for text_model\.encoder\.layers\.1/,
  ],
  ["more layers in its configuration", {}, changed({ num_hidden_layers: 3 }), /lacks text_model\.encoder\.layers\.2/],
  [
    "another patch in its configuration",
    {},
    changed({}, { patch_size: 2 }),
    /patch_embedding\.weight has shape \[6,3,4,4\]/,
  ],
])("a checkpoint with %s is refused", (_, changes, config, message) => {
  expect(() => readClip(checkpoint(changes), bytes(config))).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_INVALID", message: expect.stringMatching(message) }),
  );
});

test("NaN is refused when it is read", () => {
  const nan = { toFloat32: () => Float32Array.of(0, Number.NaN) };
  const clip = readClip(checkpoint({ "visual_projection.weight": nan }), bytes(CLIP));
  expect(() => clip.weights("visual_projection.weight")).toThrow(
    expect.objectContaining({ code: "CHECKPOINT_INVALID" }),
  );
});
