import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { checkpointFixture } from "@mmfs/testing/fixtures";
import { afterEach, beforeEach, expect, it } from "vitest";
import { convertCommand } from "./convert-command.js";

const CHECKPOINT = checkpointFixture("s32-mapper-narrow/checkpoint.safetensors");
const TOWERS = checkpointFixture("towers/towers.safetensors");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-convert-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function convert(given: { towers?: string; tokenizer?: string; clip?: string }) {
  const terminal = { stdout: new PassThrough(), stderr: new PassThrough(), signal: new AbortController().signal };
  return convertCommand(CHECKPOINT, { output: join(folder, "bundle"), json: true, ...given }, terminal);
}

async function writeTokenizer(type: "BPE" | "WordPiece", endToken: number, path = "tokenizer.json"): Promise<string> {
  const tokenizer = {
    added_tokens: [{ id: endToken, content: "[SEP]" }],
    model: { type, vocab: { rose: 7 }, merges: [] },
  };
  await writeFile(join(folder, path), JSON.stringify(tokenizer));
  return join(folder, path);
}

it("puts towers and their tokenizer into the bundle", async () => {
  await convert({ towers: TOWERS, tokenizer: await writeTokenizer("WordPiece", 3) });
  const { parts } = JSON.parse(await readFile(join(folder, "bundle", "mmfs.json"), "utf8"));
  expect(Object.keys(parts)).toEqual(expect.arrayContaining(["mapper", "textTower", "imageTower", "tokenizer"]));
});

it("reads the folder of a CLIP, and refuses one that the mapper does not fit", async () => {
  await cp(checkpointFixture("clip"), join(folder, "clip"), { recursive: true });
  await writeTokenizer("BPE", 59, "clip/tokenizer.json");
  await expect(convert({ clip: join(folder, "clip") })).rejects.toMatchObject({
    code: "BUNDLE_INVALID",
    message: expect.stringMatching(/embeddings of 10 numbers.*mapper for 8/),
  });
});

it.each([
  ["towers without a tokenizer", { towers: TOWERS }, "INVALID_ARGUMENT"],
  ["a tokenizer without towers", { tokenizer: TOWERS }, "INVALID_ARGUMENT"],
  ["a CLIP beside towers", { clip: "clip", towers: TOWERS, tokenizer: TOWERS }, "INVALID_ARGUMENT"],
  ["a CLIP that is not there", { clip: "nowhere" }, "FILE_NOT_READABLE"],
])("refuses %s", async (_name, given, code) => {
  await expect(convert(given)).rejects.toMatchObject({ code });
});
