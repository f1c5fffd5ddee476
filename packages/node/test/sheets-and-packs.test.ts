import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { toyCheckpoint } from "@mmfs/testing/toy-checkpoint";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runNode } from "./child.js";

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
let folder: string;

beforeAll(async () => {
  toy = await makeToyBundle();
  folder = await mkdtemp(join(tmpdir(), "mmfs-sheet-"));
  await writeFile(join(folder, "tuned.pth"), toyCheckpoint());
}, 60_000);
afterAll(async () => {
  await toy.remove();
  await rm(folder, { recursive: true, force: true });
});

function mmfs(args: string[], env: Record<string, string> = {}) {
  const bundle = args.includes("--bundle") ? [] : ["--bundle", toy.folder];
  const device = args[0] === "pack" ? [] : ["--device", "cpu"];
  const command = [fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url)), ...args, ...bundle, ...device];
  return runNode(command, { cwd: folder, env });
}
const pixels = (name: string) => sharp(join(folder, name)).raw().toBuffer();

describe("mmfs pack and --pack", () => {
  it("draw what the same weights and code draw in the bundle", async () => {
    const made = await mmfs([
      "pack",
      "tuned.pth",
      "-o",
      "own.mmfspack",
      "--name",
      "own",
      "--style",
      "stripes",
      "--json",
    ]);
    expect(made.stderr).toBe("");
    expect(JSON.parse(made.stdout)).toMatchObject({ pack: "own.mmfspack", bundle: "toy" });
    const flags = ["--crop", "--faces", "largest", "--strength", "0.8", "--json"];
    const packed = await mmfs(["stylize", PORTRAIT, "-o", "packed.png", "--pack", "own.mmfspack", ...flags]);
    expect(JSON.parse(packed.stdout).photos[0].style.origin).toEqual({ type: "pack", name: "own" });
    await mmfs(["stylize", PORTRAIT, "-o", "preset.png", "--style", "stripes", ...flags]);
    expect(await pixels("packed.png")).toEqual(await pixels("preset.png"));
  });

  it.each<[string, string[], RegExp]>([
    [
      "a pack beside a style",
      ["stylize", PORTRAIT, "-o", "x.png", "--pack", "own.mmfspack", "-s", "stripes"],
      /by itself/,
    ],
    ["a file that is no pack", ["stylize", PORTRAIT, "-o", "x.png", "--pack", "tuned.pth"], /no style pack/],
    ["a checkpoint without a name", ["pack", "tuned.pth", "-o", "x.mmfspack"], /pass a name/],
  ])("refuse %s", async (_, args, message) => {
    const { status, stderr } = await mmfs(args);
    expect([status, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

describe("mmfs sheet", () => {
  it("draws the photo and every preset, then random styles", async () => {
    const { stdout, stderr } = await mmfs([
      "sheet",
      PORTRAIT,
      "-o",
      "all.png",
      "--seeds",
      "1",
      "--tile",
      "64",
      "--json",
    ]);
    expect(stderr).toBe("");
    const { pictures, columns, width, height } = JSON.parse(stdout);
    expect([pictures, columns]).toEqual([["photo", "stripes", "speckles", "seed:1"], 2]);
    expect(await sharp(join(folder, "all.png")).metadata()).toMatchObject({ format: "png", width, height });
  });

  it("draws what was named, and goes without captions where there is no font", async () => {
    await writeFile(join(folder, "fonts.conf"), '<?xml version="1.0"?><fontconfig></fontconfig>');
    const named = ["--styles", "speckles, seed:3", "--style", "stripes", "--pack", "own.mmfspack", "--columns", "5"];
    const args = ["sheet", PORTRAIT, "-o", "some.jpg", ...named, "--tile", "64"];
    const { status, stdout } = await mmfs(args, { FONTCONFIG_FILE: join(folder, "fonts.conf") });
    expect([status, stdout]).toEqual([0, expect.stringMatching(/no font.*: photo, speckles, seed:3, stripes, own/)]);
    expect(await sharp(join(folder, "some.jpg")).metadata()).toMatchObject({ width: 8 + 5 * 72, height: 8 + 72 });
  });

  it("does not write over the photo, nor what is no picture", async () => {
    for (const output of [PORTRAIT, "sheet.txt"]) {
      expect((await mmfs(["sheet", PORTRAIT, "-o", output])).status).toBe(2);
    }
  });
});
