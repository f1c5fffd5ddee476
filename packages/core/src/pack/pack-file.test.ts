import { createHash } from "node:crypto";
import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { StyleCode } from "../style/style-code.js";
import { serializeStyleCode } from "../style/style-code-file.js";
import { readPack, writePack } from "./pack-file.js";

const widths = { baseWidth: 1, styleDim: 4, styleLayers: 10 } as const;
/** As the manifest of format 2 has it. */
const network = { ...widths, detail: true };
const decoder = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);
const code = StyleCode.fromRow(Float32Array.of(1, -2, 0.5, 0), { type: "text", prompt: "roses" });
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 1, 2, 3);
const encoder = "ab".repeat(32);
const pack = {
  name: "rose",
  prompt: "a painting of roses",
  base: { bundle: "tiny", encoder },
  network,
  code,
  decoder,
  preview: { type: "image/png" as const, bytes: png },
};

/** A pack made without the code under test, as `docs/pack-format.md` describes it. */
function packByHand(change: (manifest: Record<string, never>) => void = () => {}, files = {}): Uint8Array {
  const style = strToU8(serializeStyleCode(code));
  const entry = (path: string, bytes: Uint8Array) => ({
    path,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const manifest = {
    format: 2,
    name: "rose",
    base: { bundle: "tiny", encoder },
    network,
    files: { decoder: entry("graph.onnx", decoder), style: entry("code.json", style) },
  };
  change(manifest as never);
  const content = { "mmfs-pack.json": strToU8(JSON.stringify(manifest)), "graph.onnx": decoder, "code.json": style };
  return zipSync({ ...content, ...files }, { level: 9 });
}

describe("readPack", () => {
  it("gives back what was written", async () => {
    const read = await readPack(await writePack(pack));
    expect(read).toMatchObject({ name: "rose", prompt: "a painting of roses", network, base: pack.base });
    expect(read.decoder).toEqual(decoder);
    expect(read.decoderSha256).toBe(createHash("sha256").update(decoder).digest("hex"));
    expect(read.preview).toEqual({ type: "image/png", bytes: png });
    expect(read.code.values).toEqual(code.values);
    expect(read.code.origin).toEqual({ type: "pack", name: "rose" });
  });

  it("reads a deflated archive with other file names", async () => {
    const read = await readPack(packByHand());
    expect(read.decoder).toEqual(decoder);
    expect(read.preview).toBeUndefined();
  });

  const changed = (change: (manifest: never) => void) => packByHand(change as never);
  it.each<[string, Uint8Array, RegExp]>([
    ["that is not a zip archive", decoder, /not a zip archive/],
    ["that is cut off", packByHand().subarray(0, -40), /not a zip archive/],
    ["without a manifest", zipSync({ "graph.onnx": decoder }), /no mmfs-pack\.json/],
    ["whose manifest is no JSON", packByHand(undefined, { "mmfs-pack.json": strToU8("{") }), /not JSON/],
    [
      "of a newer format",
      changed((manifest: { format: number }) => {
        manifest.format = 3;
      }),
      /Update the @mmfs/,
    ],
    [
      "of another decoder than it says",
      packByHand(undefined, { "graph.onnx": decoder.map((byte) => byte ^ 1) }),
      /graph\.onnx has another SHA-256/,
    ],
    [
      "with a decoder of another size",
      packByHand(undefined, { "graph.onnx": decoder.subarray(1) }),
      /graph\.onnx is missing/,
    ],
    [
      "whose files lie elsewhere",
      changed((manifest: { files: { style: { path: string } } }) => {
        manifest.files.style.path = "../code.json";
      }),
      /stay inside/,
    ],
    [
      "with a style code too large to be one",
      changed((manifest: { files: { style: { bytes: number } } }) => {
        manifest.files.style.bytes = 2 ** 25;
      }),
      /files\.style: must not have more/,
    ],
    [
      "of a network of odd size",
      changed((manifest: { format: number; network: object }) => {
        manifest.format = 1;
        manifest.network = { ...widths, size: 33 };
      }),
      /network\.size/,
    ],
  ])("refuses a file %s", async (_, bytes, message) => {
    await expect(readPack(bytes)).rejects.toMatchObject({
      code: "PACK_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("reads a pack of format 1, whose decoder is of one size", async () => {
    const bytes = changed((manifest: { format: number; network: object }) => {
      manifest.format = 1;
      manifest.network = { ...widths, size: 32 };
    });
    const read = await readPack(bytes);
    expect(read.network).toEqual({ ...widths, detail: false, fixedSize: 32 });
    expect((await readPack(await writePack(read))).network).toEqual(read.network);
  });

  it("refuses a style code of another network", async () => {
    const bytes = changed((manifest: { network: object }) => {
      manifest.network = { ...network, styleDim: 8 };
    });
    await expect(readPack(bytes)).rejects.toMatchObject({ code: "STYLE_INVALID" });
  });
});

describe("writePack", () => {
  it("gives the same bytes for the same pack, with the files that the format names", async () => {
    const bytes = await writePack(pack);
    expect(bytes).toEqual(await writePack({ ...pack }));
    expect(Object.keys(unzipSync(bytes))).toEqual(["mmfs-pack.json", "decoder.onnx", "style.json", "preview.png"]);
  });

  it("refuses a name that is empty", async () => {
    await expect(writePack({ ...pack, name: "" })).rejects.toMatchObject({ code: "PACK_INVALID" });
  });
});
