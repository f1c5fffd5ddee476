import { type UnzipFileInfo, unzipSync, type Zippable, zipSync } from "fflate/browser";
import * as v from "valibot";
import { BundleFileSchema, FixedNetworkSchema, FreeNetworkSchema } from "../bundle/manifest.js";
import { sha256 } from "../bundle/sha256.js";
import { describeIssues } from "../errors/describe-issues.js";
import { MMFSError } from "../errors/mmfs-error.js";
import { checkStyleCode } from "../style/check-style-code.js";
import { StyleCode } from "../style/style-code.js";
import { parseStyleCode, serializeStyleCode } from "../style/style-code-file.js";
import type { PackNetwork, StylePack } from "./style-pack.js";

/**
 * The version of the pack format that this package writes, for decoders of any size. It reads and, for a decoder of one size,
 * writes format 1 as well.
 */
export const PACK_FORMAT = 2;

/** The name of the manifest inside a pack. */
export const PACK_MANIFEST_NAME = "mmfs-pack.json";

const MAX_MANIFEST = 2 ** 20;
/** The published decoder has 47 MB in float32. */
const MAX_DECODER = 2 ** 29;
const MAX_OTHER = 2 ** 24;

function fileUpTo(most: number) {
  return v.pipe(
    BundleFileSchema,
    v.check(({ bytes }) => bytes <= most, `must not have more than ${most} bytes`),
  );
}
const Words = v.pipe(v.string(), v.minLength(1), v.maxLength(2000));

const packEntries = {
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  prompt: v.optional(Words),
  reference: v.optional(Words),
  license: v.optional(Words),
  base: v.object({ bundle: Words, encoder: BundleFileSchema.entries.sha256 }),
  files: v.object({
    decoder: fileUpTo(MAX_DECODER),
    style: fileUpTo(MAX_OTHER),
    preview: v.optional(fileUpTo(MAX_OTHER)),
  }),
};

const PackManifestSchema = v.variant("format", [
  v.object({
    format: v.literal(1),
    ...packEntries,
    network: v.pipe(
      FixedNetworkSchema,
      v.transform(({ size, ...shape }): PackNetwork => ({ ...shape, detail: false, fixedSize: size })),
    ),
  }),
  v.object({
    format: v.literal(PACK_FORMAT),
    ...packEntries,
    network: v.pipe(
      FreeNetworkSchema,
      v.transform((shape): PackNetwork => shape),
    ),
  }),
]);

type PackManifest = v.InferOutput<typeof PackManifestSchema>;

/**
 * Reads a style pack; the format is described in `docs/pack-format.md`. Size and SHA-256 of every file are checked, and no
 * more is unpacked than the manifest says.
 *
 * @param bytes the whole `.mmfspack`
 * @throws {MMFSError} `PACK_INVALID` if it is no pack, damaged, or written in a newer format; `STYLE_INVALID` if its style
 *   code is damaged
 */
export async function readPack(bytes: Uint8Array): Promise<StylePack> {
  const text = unzip(bytes, ({ name, originalSize }) => name === PACK_MANIFEST_NAME && originalSize <= MAX_MANIFEST);
  const manifest = parseManifest(text.get(PACK_MANIFEST_NAME));
  const { files, format: _format, ...description } = manifest;
  const listed = [files.decoder, files.style, ...(files.preview ? [files.preview] : [])];
  const unpacked = unzip(bytes, ({ name, originalSize }) =>
    listed.some((file) => file.path === name && file.bytes === originalSize),
  );
  const take = async ({ path, bytes: size, sha256: expected }: PackManifest["files"]["decoder"]) => {
    const content = unpacked.get(path);
    if (content?.byteLength !== size) throw damaged(`${path} is missing or has another size than its manifest says`);
    if ((await sha256(content)) !== expected) throw damaged(`${path} has another SHA-256 than its manifest says`);
    return content;
  };

  const { values, layers, dim } = parseStyleCode(new TextDecoder().decode(await take(files.style)));
  const code = new StyleCode(values, layers, dim, { type: "pack", name: manifest.name });
  checkStyleCode(code, manifest.network.styleDim);
  const decoder = await take(files.decoder);
  const picture = files.preview && (await take(files.preview));
  return {
    ...description,
    code,
    decoder,
    decoderSha256: files.decoder.sha256,
    preview: picture && { type: pictureType(picture), bytes: picture },
  };
}

/**
 * The bytes of a `.mmfspack`, the same for the same pack.
 *
 * @throws {MMFSError} `PACK_INVALID` for a name or a size that the format does not allow, `STYLE_INVALID` for a code of
 *   another network
 */
export async function writePack(pack: Omit<StylePack, "decoderSha256">): Promise<Uint8Array> {
  const { code, decoder, preview, ...description } = pack;
  checkStyleCode(code, pack.network.styleDim);
  const contents = new Map<string, Uint8Array>();
  const add = async (path: string, content: Uint8Array) => {
    contents.set(path, content);
    return { path, bytes: content.byteLength, sha256: await sha256(content) };
  };
  const files = {
    decoder: await add("decoder.onnx", decoder),
    style: await add("style.json", new TextEncoder().encode(serializeStyleCode(code))),
    preview: preview && (await add(preview.type === "image/png" ? "preview.png" : "preview.jpg", preview.bytes)),
  };
  const { fixedSize, detail, baseWidth, styleDim, styleLayers } = pack.network;
  const widths = { baseWidth, styleDim, styleLayers };
  const head =
    fixedSize === undefined
      ? { format: PACK_FORMAT, network: { ...widths, detail } }
      : { format: 1, network: { size: fixedSize, ...widths } };
  const parsed = v.safeParse(PackManifestSchema, { ...description, ...head, files });
  if (!parsed.success) {
    throw new MMFSError("PACK_INVALID", `The pack cannot be written: ${describeIssues(parsed.issues)}.`);
  }
  const manifest = new TextEncoder().encode(
    `${JSON.stringify({ ...parsed.output, network: head.network }, null, 2)}\n`,
  );
  const entries: Zippable = { [PACK_MANIFEST_NAME]: manifest, ...Object.fromEntries(contents) };
  // weights and compressed pictures gain nothing from deflation
  return zipSync(entries, { level: 0, mtime: new Date(1980, 0, 1) });
}

function unzip(bytes: Uint8Array, filter: (file: UnzipFileInfo) => boolean): Map<string, Uint8Array> {
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })));
  } catch (cause) {
    throw damaged("it is not a zip archive, or not a whole one", cause);
  }
}

function parseManifest(bytes: Uint8Array | undefined): PackManifest {
  if (bytes === undefined) throw damaged(`it has no ${PACK_MANIFEST_NAME}`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(`its ${PACK_MANIFEST_NAME} is not JSON`, cause);
  }
  const format = typeof json === "object" && json !== null ? (json as { format?: unknown }).format : undefined;
  if (typeof format === "number" && format > PACK_FORMAT) {
    throw new MMFSError(
      "PACK_INVALID",
      `The style pack has format ${format}, made by a newer version of MMFS; this one reads formats 1 to ${PACK_FORMAT}. Update the @mmfs packages.`,
    );
  }
  const parsed = v.safeParse(PackManifestSchema, json);
  if (parsed.success) return parsed.output;
  throw damaged(`its ${PACK_MANIFEST_NAME} is not valid: ${describeIssues(parsed.issues)}`);
}

function pictureType(bytes: Uint8Array): "image/png" | "image/jpeg" {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return "image/png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "image/jpeg";
  throw damaged("its preview is neither PNG nor JPEG");
}

function damaged(what: string, cause?: unknown): MMFSError {
  const message = `This is no style pack that can be used: ${what}. Fetch it again, or make it with mmfs pack.`;
  return new MMFSError("PACK_INVALID", message, cause === undefined ? undefined : { cause });
}
