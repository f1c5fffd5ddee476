import { readFileSync } from "node:fs";
import { loadBundle, type Manifest, readPack, StyleCode } from "@mmfs/core";
import { expect, test } from "vitest";
import { type SafetensorsEntry, safetensors } from "../../test/hostile/safetensors-bytes.js";
import { convertCheckpoint } from "../bundle/convert-checkpoint.js";
import { type ConvertPackOptions, convertPack } from "./convert-pack.js";

const file = readFileSync(new URL("../../test/__fixtures__/s32-half/checkpoint.safetensors", import.meta.url));
const length = Number(file.readBigUInt64LE(0));
const { __metadata__: _, ...header } = JSON.parse(file.subarray(8, 8 + length).toString());
const tensors: Record<string, SafetensorsEntry> = Object.fromEntries(
  Object.entries(header as Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>).map(
    ([
      key,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => [key, { dtype, shape, bytes: file.subarray(8 + length + begin, 8 + length + end) }],
  ),
);
const files = await convertCheckpoint(file);
const bundle = (await loadBundle({ location: "memory", read: async (path) => files.get(path) ?? new Uint8Array() }))
  .manifest;
const code = Float32Array.from({ length: 80 }, (_, i) => i / 7);
const extras: Record<string, SafetensorsEntry> = {
  code: { dtype: "F32", shape: [10, 8], bytes: new Uint8Array(code.buffer) },
  preview: { dtype: "U8", shape: [1, 2, 3], bytes: Uint8Array.of(1, 2, 3, 4, 5, 6) },
};
const METADATA = { "mmfs.pack": "1", "mmfs.size": "32", name: "rose", prompt: "a painting of roses" };

/** What training writes, of the decoder as it is in the bundle. */
function packFile(
  metadata: Record<string, string> = METADATA,
  changes: Record<string, SafetensorsEntry | undefined> = {},
) {
  const isTuned = ([key]: [string, unknown]) => /^(decoder|to_rgb)\d/.test(key) && !key.endsWith(".kernel");
  const all = { ...Object.fromEntries(Object.entries(tensors).filter(isTuned)), ...extras, ...changes };
  const kept = Object.entries(all).filter((entry): entry is [string, SafetensorsEntry] => entry[1] !== undefined);
  return safetensors(Object.fromEntries(kept), metadata);
}
const convert = (bytes = packFile(), options: Partial<ConvertPackOptions> = {}) =>
  convertPack(bytes, { bundle, ...options });

test("the decoder is the graph that the whole checkpoint gives, without blur kernels in the file", async () => {
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  const seen: unknown[] = [];
  const encodePreview = async (picture: unknown) => {
    seen.push(picture);
    return png;
  };
  const pack = await readPack(await convert(packFile(), { encodePreview }));
  expect(Buffer.compare(pack.decoder, files.get("decoder.onnx") as Uint8Array)).toBe(0);
  expect(pack).toMatchObject({ name: "rose", prompt: "a painting of roses" });
  expect(pack.network).toEqual({ baseWidth: 4, styleDim: 8, styleLayers: 10, detail: false });
  expect(pack.base).toEqual({ bundle: bundle.name, encoder: bundle.parts.encoder?.sha256 });
  expect(pack.code.values).toEqual(code);
  expect(pack.preview).toEqual({ type: "image/png", bytes: png });
  expect(seen).toEqual([{ data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1 }]);
});

test("a published checkpoint needs a name and a code, and is stored as the bundle is", async () => {
  const style = StyleCode.fromRow(new Float32Array(8).fill(0.5), { type: "text", prompt: "roses" });
  // the same numbers as float32, moved by less than float16 can hold
  const widened = Object.fromEntries(
    Object.entries(tensors).map(([key, { shape, bytes }]) => {
      const halves = new Uint16Array(new Uint8Array(bytes).buffer);
      const values = Float32Array.from(halves, (half) => halfByHand(half) * (1 + 1e-5));
      return [key, { dtype: "F32", shape, bytes: new Uint8Array(values.buffer) }];
    }),
  );
  const published = safetensors(widened);
  await expect(convert(published, { code: style })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(convert(published, { name: "rose" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  const pack = await readPack(await convert(published, { name: "rose", code: style }));
  expect(Buffer.compare(pack.decoder, files.get("decoder.onnx") as Uint8Array)).toBe(0);
  expect(pack.code.origin).toEqual({ type: "pack", name: "rose" });
});

const other = (change: (manifest: Manifest) => void) => {
  const manifest = structuredClone(bundle);
  change(manifest);
  return { bundle: manifest };
};

test.each<[string, Uint8Array, Partial<ConvertPackOptions>, string]>([
  [
    "of another width",
    packFile(),
    other(({ network }) => {
      network.baseWidth = 8;
    }),
    "PACK_MISMATCH",
  ],
  [
    "without the detail path of the bundle",
    packFile(),
    other(({ network }) => {
      network.detail = true;
    }),
    "PACK_MISMATCH",
  ],
  ["tuned with another encoder", packFile({ ...METADATA, base: "0".repeat(64) }), {}, "PACK_MISMATCH"],
  ["of a newer version", packFile({ ...METADATA, "mmfs.pack": "2" }), {}, "CHECKPOINT_INVALID"],
  ["without a layer", packFile(METADATA, { "decoder3b.conv.weight": undefined }), {}, "CHECKPOINT_INVALID"],
  ["without a code", packFile(METADATA, { code: undefined }), {}, "CHECKPOINT_INVALID"],
  [
    "with an encoder",
    packFile(METADATA, { "encoder.0.1.bias": tensors["encoder.0.1.bias"] }),
    {},
    "CHECKPOINT_INVALID",
  ],
  ["whose preview is no picture", packFile(METADATA, { preview: extras.code }), {}, "CHECKPOINT_INVALID"],
])("a decoder %s is refused", async (_, bytes, options, code) => {
  await expect(convert(bytes, options)).rejects.toMatchObject({ code });
});

test("a decoder that was tuned with squares of another size is for any size as well", async () => {
  await expect(convert(packFile({ ...METADATA, "mmfs.size": "256" }))).resolves.toEqual(await convert());
});

test("a decoder with a detail path fits a bundle that has one", async () => {
  const halves = (outputs: number, inputs: number) => {
    return { dtype: "F16", shape: [outputs, inputs, 1, 1], bytes: new Uint8Array(2 * outputs * inputs) };
  };
  const bytes = packFile(METADATA, { "detail1.weight": halves(32, 16), "detail2.weight": halves(16, 8) });
  await expect(convert(bytes)).rejects.toMatchObject({ code: "PACK_MISMATCH" });
  const detailed = other(({ network }) => {
    network.detail = true;
  });
  expect((await readPack(await convert(bytes, detailed))).network.detail).toBe(true);
});

test("a decoder that was tuned with the bundle's encoder is accepted", async () => {
  const base = bundle.provenance?.encoderSha256 as string;
  await expect(convert(packFile({ ...METADATA, base }))).resolves.toBeDefined();
});

function halfByHand(half: number): number {
  const [sign, exponent, fraction] = [half & 0x8000 ? -1 : 1, (half >> 10) & 31, half & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
