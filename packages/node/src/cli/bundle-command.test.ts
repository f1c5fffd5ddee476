import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { tinyBundle } from "@mmfs/testing/fixtures";
import { afterEach, beforeEach, expect, it } from "vitest";
import { bundleCommand } from "./bundle-command.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-bundle-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function look(path: string): Promise<{ code: number; text: string }> {
  const stdout = new PassThrough();
  const terminal = { stdout, stderr: new PassThrough(), signal: new AbortController().signal };
  const code = await bundleCommand(path, {}, terminal);
  return { code, text: String(stdout.read()) };
}

it("prints the resolutions and the detail path of a bundle for any size", async () => {
  const { code, text } = await look(tinyBundle("any-size/bundle"));
  expect(text).not.toMatch(/BAD/);
  expect(text).toMatch(/network +base width 1, style 10 × 4, with detail path/);
  expect(text).toMatch(/resolution +144 px, live 128 px; graphs of any size/);
  expect(text).toMatch(/image \[N,3,height,width\] -> .*features_4 \[N,2,height_4,width_4\]/);
  expect(code).toBe(0);
});

it("verifies a bundle of format 1, whose graphs are of one size", async () => {
  const { code, text } = await look(tinyBundle("bundle"));
  expect(text).toMatch(/network +base width 1, style 10 × 4, without detail path/);
  expect(text).toMatch(/resolution +32 px, no other/);
  expect(code).toBe(0);
});

it("finds graphs of one size where the manifest promises any, graphs of another width, and a detail path that it does not know of", async () => {
  await cp(tinyBundle("bundle"), folder, { recursive: true });
  const path = join(folder, "mmfs.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  manifest.format = 2;
  manifest.network.resolution = { default: 128, live: 128 };
  await writeFile(path, JSON.stringify(manifest));
  const { code, text } = await look(folder);
  expect(text).toMatch(/encoder\.onnx must have "image \[N,3,height,width\]" among its inputs/);
  expect(code).toBe(1);

  await cp(tinyBundle("any-size/bundle"), folder, { recursive: true });
  const free = JSON.parse(await readFile(path, "utf8"));
  free.network.baseWidth = 2;
  await writeFile(path, JSON.stringify(free));
  expect((await look(folder)).text).toMatch(/must have "features \[N,16,height_16,width_16\]" among its outputs/);

  Object.assign(free.network, { baseWidth: 1, detail: false });
  await writeFile(path, JSON.stringify(free));
  expect((await look(folder)).text).toMatch(/decoder\.onnx needs "features_8 .*a detail path/);
});
