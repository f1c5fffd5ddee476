import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Manifest } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { PORTRAIT } from "@mmfs/testing/photos";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProgressEvent, Stylizer } from "../src/index.js";
import { built } from "./built.js";
import { runModule, runNode } from "./child.js";

const BUNDLE = fileURLToPath(bundleUrl);
const TOWERS = ["textTower", "imageTower", "tokenizer"] as const;
const PROMPT = "graphite drawing";
const PRESET = "charcoal";

const manifest: Manifest = JSON.parse(await readFile(join(BUNDLE, "mmfs.json"), "utf8"));
const hasTowers = [...TOWERS, "mapper" as const].every((part) => manifest.parts[part] !== undefined);
if (!hasTowers) console.log("Prompts with the default bundle are skipped: it has no towers yet.");

let folder: string;
let stylizer: Stylizer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-default-prompts-"));
  stylizer = await built.createStylizer({ bundle: BUNDLE, device: "cpu" });
}, 60_000);
afterAll(async () => {
  await stylizer.dispose();
  await rm(folder, { recursive: true });
});

/** A copy of the default bundle that has lost the files of its towers; `forgets` takes them out of its manifest, too. */
async function withoutTowers(name: string, { forgets }: { forgets: boolean }): Promise<string> {
  const copy = join(folder, name);
  await cp(BUNDLE, copy, { recursive: true });
  const parts = { ...manifest.parts };
  for (const part of [...TOWERS, "mapper" as const]) {
    const path = parts[part]?.path;
    if (path !== undefined) await rm(join(copy, path));
    if (forgets) delete parts[part];
  }
  await writeFile(join(copy, "mmfs.json"), JSON.stringify({ ...manifest, parts }));
  return copy;
}

describe("the default bundle", () => {
  it("needs no tower for a preset", async () => {
    const events: ProgressEvent[] = [];
    const own = await built.createStylizer({ bundle: BUNDLE, device: "cpu" });
    await own.stylize(PORTRAIT, { style: PRESET, onProgress: (event) => events.push(event) });
    await own.dispose();
    const loaded = events.flatMap((event) => (event.type === "load" ? [event.part] : []));
    expect(loaded).toEqual(["faceDetector", "faceLandmarks", "encoder", "decoder"]);
    const files = events.flatMap((event) => (event.type === "download" ? [event.file] : []));
    for (const part of TOWERS) expect(files).not.toContain(manifest.parts[part]?.path ?? "tokenizer.json");
  });

  it("gives the photo's bytes back at strength 0", async () => {
    const { data } = await stylizer.stylize(PORTRAIT, { style: PRESET, strength: 0 });
    const photo = await sharp(PORTRAIT).ensureAlpha().raw().toBuffer();
    expect(photo.equals(Buffer.from(data))).toBe(true);
  });

  it("refuses a reference that is no picture or half of one, and goes on", async () => {
    const notes = join(folder, "notes.txt");
    await writeFile(notes, "no picture");
    const whole = await readFile(PORTRAIT);
    for (const image of [notes, whole.subarray(0, whole.length >> 1)]) {
      const error = { code: "UNSUPPORTED_IMAGE", message: expect.stringContaining("reference picture") };
      await expect(stylizer.stylize(PORTRAIT, { style: { image } })).rejects.toMatchObject(error);
    }
    expect((await stylizer.stylize(PORTRAIT)).faces).toHaveLength(1);
  });

  it("says what it lacks where it has no towers, and goes on", async () => {
    const plain = await built.createStylizer({
      bundle: await withoutTowers("plain", { forgets: true }),
      device: "cpu",
    });
    for (const style of [PROMPT, "水墨画", { image: PORTRAIT }]) {
      const error = { code: "STYLE_UNKNOWN", message: expect.stringMatching(/a bundle with/i) };
      await expect(plain.stylize(PORTRAIT, { style })).rejects.toMatchObject(error);
    }
    expect((await plain.stylize(PORTRAIT, { style: PRESET })).faces).toHaveLength(1);
    await plain.dispose();
  });
});

describe.skipIf(!hasTowers)("the default bundle with a prompt", () => {
  it("works offline, and gives the same bytes twice", async () => {
    const noNetwork =
      "import net from 'node:net'; net.Socket.prototype.connect = () => { throw new Error('offline'); };";
    const source = `
      import { createHash } from "node:crypto";
      import { createStylizer } from "@mmfs/node";
      const stylizer = await createStylizer({ bundle: ${JSON.stringify(BUNDLE)}, device: "cpu" });
      const { data, style } = await stylizer.stylize(${JSON.stringify(PORTRAIT)}, { style: "${PROMPT}" });
      console.log(createHash("sha256").update(data).digest("hex"), JSON.stringify(style.code.origin));
      await stylizer.dispose();`;
    const flags = ["--import", `data:text/javascript,${encodeURIComponent(noNetwork)}`];
    const [one, other] = [await runModule(source, { flags }), await runModule(source, { flags })];
    expect([one.status, one.stderr]).toEqual([0, ""]);
    expect(one.stdout).toMatch(/^[0-9a-f]{64} \{"type":"text","prompt":"graphite drawing"\}\n$/);
    expect(other.stdout).toBe(one.stdout);
    const { data } = await stylizer.stylize(PORTRAIT, { style: PROMPT });
    const preset = await stylizer.stylize(PORTRAIT, { style: PRESET });
    expect(Buffer.from(data).equals(Buffer.from(preset.data))).toBe(false);
  }, 60_000);

  it.each([
    ["empty", " \n", "INVALID_ARGUMENT"],
    ["of a megabyte", "oil painting ".repeat(2 ** 20 / 13), "INVALID_ARGUMENT"],
    ["Chinese", "水墨画", "PROMPT_NOT_UNDERSTOOD"],
    ["emoji", "🎨🖌️", "PROMPT_NOT_UNDERSTOOD"],
  ])("refuses one that is %s, and goes on", async (_, style, code) => {
    const error = await stylizer.stylize(PORTRAIT, { style }).catch((cause) => cause);
    expect(error).toMatchObject({ code });
    expect(error.message.length).toBeLessThan(1000);
    expect((await stylizer.stylize(PORTRAIT, { style: PROMPT })).faces).toHaveLength(1);
  });

  it("saves its style to a file that needs no tower", async () => {
    const mmfs = (...args: string[]) =>
      runNode([fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url)), ...args, "--device", "cpu"], {
        cwd: folder,
      });
    expect((await mmfs("style", PROMPT, "-o", "my.style", "--bundle", BUNDLE)).status).toBe(0);
    const robbed = await withoutTowers("robbed", { forgets: false });
    const later = await mmfs("stylize", PORTRAIT, "-o", "a.png", "--style", "my.style", "--bundle", robbed);
    expect([later.status, later.stderr]).toEqual([0, ""]);
    const { data } = await stylizer.stylize(PORTRAIT, { style: PROMPT });
    const written = await sharp(join(folder, "a.png")).ensureAlpha().raw().toBuffer();
    expect(written.equals(Buffer.from(data))).toBe(true);
  });
});
