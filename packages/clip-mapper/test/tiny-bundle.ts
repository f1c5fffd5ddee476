import { readFileSync } from "node:fs";
import { convertClip, mapperGraph, readCheckpoint, readNetwork } from "@mmfs/checkpoint";
import { type BundleSource, type Manifest, MMFSError } from "@mmfs/core";
import { MANIFEST_NAME, sha256 } from "@mmfs/core/internal";
import { checkpointFixture, clipFixture } from "@mmfs/testing/fixtures";

const MAPPER = checkpointFixture("s32-mapper-half/checkpoint.safetensors");

/** The parts for prompts and pictures, with random weights: E = D = 8, 20 tokens, pictures of 16 pixels. */
export async function tinyFiles(tokenizer: "bpe" | "wordpiece" = "bpe"): Promise<Map<string, Uint8Array>> {
  const { files, parts } = await convertClip(
    { config: readFileSync(clipFixture("config.json")), weights: readFileSync(clipFixture("model.safetensors")) },
    { dtypes: ["fp32", "int8"] },
  );
  files.set("tokenizer.json", readFileSync(clipFixture(`${tokenizer}-tokenizer.json`)));
  files.set("mapper.onnx", mapperGraph(readNetwork(readCheckpoint(readFileSync(MAPPER)))));
  const describe = async (path: string) => {
    const bytes = files.get(path)!;
    return { path, bytes: bytes.byteLength, sha256: await sha256(bytes) };
  };
  const manifest: Manifest = {
    format: 2,
    name: "tiny",
    license: "CC0-1.0",
    network: { baseWidth: 1, styleDim: 8, styleLayers: 10, detail: false, resolution: { default: 512, live: 256 } },
    parts: {
      ...(parts as Manifest["parts"]),
      tokenizer: await describe("tokenizer.json"),
      mapper: await describe("mapper.onnx"),
    },
  };
  files.set(MANIFEST_NAME, new TextEncoder().encode(JSON.stringify(manifest)));
  return files;
}

/** @param change edits the manifest. @param onRead is told of every file. */
export function sourceOf(
  files: ReadonlyMap<string, Uint8Array>,
  change: (manifest: Manifest) => void = () => {},
  onRead: (path: string) => void = () => {},
): BundleSource {
  return {
    location: "memory",
    async read(path, options) {
      onRead(path);
      const bytes = files.get(path);
      if (bytes === undefined) throw new MMFSError("FILE_NOT_READABLE", `There is no ${path}.`);
      // as what really reads does
      await Promise.resolve();
      options?.onProgress?.(bytes.byteLength, bytes.byteLength);
      if (path !== MANIFEST_NAME) return bytes;
      const manifest = JSON.parse(new TextDecoder().decode(bytes));
      change(manifest);
      return new TextEncoder().encode(JSON.stringify(manifest));
    },
  };
}
