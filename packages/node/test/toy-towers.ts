import { cp, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { convertClip, mapperGraph, readCheckpoint, readNetwork } from "@mmfs/checkpoint";
import type { Manifest } from "@mmfs/core";
import { sha256 } from "@mmfs/core/internal";
import sharp from "sharp";

/** D of the toy bundle that the towers fit. */
export const STYLE_DIM = 8;

const packages = new URL("../../", import.meta.url);
const fixtures = new URL("clip-mapper/test/__fixtures__/", packages);
const bytesOf = async (path: string, folder = fixtures) => new Uint8Array(await readFile(new URL(path, folder)));

/** A copy of a bundle, in the folder `to`, that understands prompts and pictures by random weights. */
export async function addTowers(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const { files, parts } = await convertClip({
    config: await bytesOf("config.json"),
    weights: await bytesOf("model.safetensors"),
  });
  const checkpoint = await bytesOf("checkpoint/test/__fixtures__/s32-mapper-half/checkpoint.safetensors", packages);
  files.set("mapper.onnx", mapperGraph(readNetwork(readCheckpoint(checkpoint))));
  files.set("tokenizer.json", await bytesOf("wordpiece-tokenizer.json"));
  const manifest: Manifest = JSON.parse(await readFile(`${to}/mmfs.json`, "utf8"));
  const describe = async (path: string) => {
    const bytes = files.get(path) ?? new Uint8Array();
    return { path, bytes: bytes.byteLength, sha256: await sha256(bytes) };
  };
  Object.assign(manifest.parts, parts, {
    mapper: await describe("mapper.onnx"),
    tokenizer: await describe("tokenizer.json"),
  });
  for (const [path, bytes] of files) await writeFile(`${to}/${path}`, bytes);
  await writeFile(`${to}/mmfs.json`, JSON.stringify(manifest));
}

/** A prompt and a picture, and the codes that PyTorch made of them with the same weights. */
export async function expectedStyles(): Promise<{
  prompt: { text: string; wplus: number[] };
  picture: { png: Buffer; wplus: number[] };
}> {
  const { prompts, pictures } = JSON.parse(await readFile(fileURLToPath(new URL("expected.json", fixtures)), "utf8"));
  const prompt = prompts.find(({ tokenizer }: { tokenizer: string }) => tokenizer === "wordpiece");
  const [{ width, height, rgb, wplus }] = pictures;
  const png = await sharp(Buffer.from(rgb, "base64"), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { prompt, picture: { png, wplus } };
}
