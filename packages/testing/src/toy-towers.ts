import { cp, readFile, writeFile } from "node:fs/promises";
import { convertClip, mapperGraph, readCheckpoint, readNetwork } from "@mmfs/checkpoint";
import type { Manifest } from "@mmfs/core";
import { sha256 } from "@mmfs/core/internal";
import sharp from "sharp";
import { checkpointFixture, clipFixture } from "./fixtures.js";

/** D of the toy bundle that the towers fit. */
export const STYLE_DIM = 8;

/** A copy of a bundle, in the folder `to`, that understands prompts and pictures by random weights. */
export async function addTowers(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true });
  const { files, parts } = await convertClip({
    config: await readFile(clipFixture("config.json")),
    weights: await readFile(clipFixture("model.safetensors")),
  });
  const checkpoint = await readFile(checkpointFixture("s32-mapper-half/checkpoint.safetensors"));
  files.set("mapper.onnx", mapperGraph(readNetwork(readCheckpoint(checkpoint))));
  files.set("tokenizer.json", await readFile(clipFixture("wordpiece-tokenizer.json")));
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
  const { prompts, pictures } = JSON.parse(await readFile(clipFixture("expected.json"), "utf8"));
  const prompt = prompts.find(({ tokenizer }: { tokenizer: string }) => tokenizer === "wordpiece");
  const [{ width, height, rgb, wplus }] = pictures;
  const png = await sharp(Buffer.from(rgb, "base64"), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { prompt, picture: { png, wplus } };
}
