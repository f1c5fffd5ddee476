import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { GROUP, PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { toyCheckpoint } from "@mmfs/testing/toy-checkpoint";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serializeStyleCode } from "../src/index.js";
import { built } from "./built.js";
import { runNode } from "./child.js";

/** Photos as their photographers left them; not part of the repository. */
const portraits = join(
  process.env.MMFS_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url)),
  "faces/evaluation",
);
const hasPortraits = existsSync(portraits);
if (!hasPortraits)
  console.log(`Portraits of the data set are not tested: there is no ${portraits} (MMFS_DATA names another).`);

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
let folder: string;

beforeAll(async () => {
  toy = await makeToyBundle();
}, 60_000);
afterAll(() => toy.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-cli-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs `mmfs`; commands that open a bundle are given the toy one. */
function mmfs(args: string[], during?: (child: ChildProcess) => void) {
  const [command = ""] = args;
  const opens = ["stylize", "faces", "align", "styles"].includes(command) && !args.includes("--bundle");
  const device = ["stylize", "faces", "align"].includes(command) && !args.includes("--device");
  return runNode(
    [
      fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url)),
      ...args,
      ...(opens ? ["--bundle", toy.folder] : []),
      ...(device ? ["--device", "cpu"] : []),
    ],
    { ...(during ? { during } : {}), cwd: folder },
  );
}

/** Photos that differ, with a face each, in `photos/` of the test's folder. */
async function makePhotos(count: number): Promise<string[]> {
  await mkdir(join(folder, "photos"));
  const names = Array.from({ length: count }, (_value, index) => `photo-${String(index + 1).padStart(2, "0")}.jpg`);
  for (const [index, name] of names.entries()) {
    await sharp(PORTRAIT)
      .modulate({ brightness: 0.8 + (index % 10) * 0.04, hue: index })
      .toFile(join(folder, "photos", name));
  }
  return names;
}

describe("mmfs stylize", () => {
  it("writes one picture, and says so in one line", async () => {
    const { status, stdout, stderr } = await mmfs(["stylize", PORTRAIT, "-o", "out.webp", "--style", "stripes"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/out\.webp.*1 of 1 face, cpu/);
    expect((await sharp(join(folder, "out.webp")).metadata()).format).toBe("webp");
    expect(await readdir(folder)).toEqual(["out.webp"]);
  });

  it("is the same picture as the library's", async () => {
    const style = { seed: 9 };
    await mmfs(["stylize", PORTRAIT, "-o", "out.png", "--style", "seed:9", "--seed", "4", "--strength", "0.7"]);
    const stylizer = await built.createStylizer({ bundle: toy.folder, device: "cpu" });
    const { data, style: used } = await stylizer.stylize(PORTRAIT, { style, seed: 4, strength: 0.7 });
    await stylizer.dispose();
    expect((await sharp(join(folder, "out.png")).raw().toBuffer()).equals(Buffer.from(data))).toBe(true);

    await writeFile(join(folder, "style.json"), serializeStyleCode(used.code));
    await mmfs(["stylize", PORTRAIT, "-o", "again.png", "--style", "style.json", "--seed", "4"]);
    expect((await sharp(join(folder, "again.png")).raw().toBuffer()).equals(Buffer.from(data))).toBe(true);
  });

  it("counts faces from 1, and writes a square for each with --crop", async () => {
    const first = await mmfs(["stylize", GROUP, "-o", "out.png", "--crop", "--faces", "1,3", "--json"]);
    const { photos } = JSON.parse(first.stdout);
    expect(photos[0].faces.map(({ number }: { number: number }) => number)).toEqual([1, 3]);
    expect(photos[0].outputs).toEqual(["out-1.png", "out-3.png"]);
    expect((await readdir(folder)).sort()).toEqual(["out-1.png", "out-3.png"]);
    expect((await sharp(join(folder, "out-1.png")).metadata()).width).toBe(128);
    await mmfs(["stylize", PORTRAIT, "-o", "one.png", "--crop", "--resolution", "144"]);
    expect((await sharp(join(folder, "one.png")).metadata()).width).toBe(144);
    const zero = await mmfs(["stylize", GROUP, "-o", "out.png", "--faces", "0"]);
    expect([zero.status, zero.stderr]).toEqual([2, expect.stringContaining("at least 1")]);
  });

  it("paints what --surroundings says: the whole, the face in its photo, or in toned surroundings", async () => {
    await mmfs(["stylize", PORTRAIT, "-o", "whole.png", "--style", "seed:4"]);
    await mmfs(["stylize", PORTRAIT, "-o", "plain.png", "--style", "seed:4", "--surroundings", "photo"]);
    await mmfs(["stylize", PORTRAIT, "-o", "toned.png", "--style", "seed:4", "--surroundings", "toned"]);
    const corner = (name: string) =>
      sharp(join(folder, name)).extract({ left: 0, top: 0, width: 8, height: 8 }).removeAlpha().raw().toBuffer();
    const photo = sharp(PORTRAIT).extract({ left: 0, top: 0, width: 8, height: 8 }).removeAlpha().raw().toBuffer();
    expect(await corner("plain.png")).toEqual(await photo);
    expect(await corner("whole.png")).not.toEqual(await photo);
    const stylizer = await built.createStylizer({ bundle: toy.folder, device: "cpu" });
    const { data } = await stylizer.stylize(PORTRAIT, { style: { seed: 4 }, surroundings: "toned" });
    await stylizer.dispose();
    expect((await sharp(join(folder, "toned.png")).ensureAlpha().raw().toBuffer()).equals(Buffer.from(data))).toBe(
      true,
    );
    expect(await corner("toned.png")).not.toEqual(await photo);
    const unknown = await mmfs(["stylize", PORTRAIT, "-o", "x.png", "--surroundings", "grey"]);
    expect([unknown.status, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("painted, toned, photo, transparent"),
    ]);
  });

  it("paints a picture without faces with --faces none, in the size of its photo or of the painting", async () => {
    await sharp({ create: { width: 120, height: 80, channels: 3, background: "teal" } })
      .png()
      .toFile(join(folder, "empty.png"));
    const refused = await mmfs(["stylize", "empty.png", "-o", "x.png"]);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("--faces none")]);
    const sizeOf = async (name: string) => {
      const { width, height } = await sharp(join(folder, name)).metadata();
      return [width, height];
    };
    await mmfs(["stylize", "empty.png", "-o", "same.png", "--faces", "none"]);
    expect(await sizeOf("same.png")).toEqual([120, 80]);
    await mmfs(["stylize", "empty.png", "-o", "own.png", "--faces", "none", "--size", "painting"]);
    expect(await sizeOf("own.png")).toEqual([240, 160]);
    await mmfs([
      "stylize",
      "empty.png",
      "-o",
      "less.png",
      "--faces",
      "none",
      "--size",
      "painting",
      "--megapixels",
      "0.02",
    ]);
    const [width = 0, height = 0] = await sizeOf("less.png");
    expect(width * height).toBeLessThanOrEqual(20_200);
  });

  it("does all photos of a folder but the bad ones, and reports those at the end", async () => {
    await makePhotos(3);
    await writeFile(join(folder, "photos", "broken.jpg"), "no picture");
    await sharp({ create: { width: 200, height: 200, channels: 3, background: "teal" } })
      .png()
      .toFile(join(folder, "photos", "empty.png"));
    await writeFile(join(folder, "photos", "notes.txt"), "not looked at");
    const { status, stdout, stderr } = await mmfs(["stylize", "photos", "-o", "art", "--format", "png"]);
    expect(status).toBe(3);
    expect(stdout).toContain("3 done, 2 failed");
    expect(stderr).toMatch(/broken\.jpg: .*not those of a picture[\s\S]*empty\.png: .*face/);
    expect((await readdir(join(folder, "art"))).sort()).toEqual(["photo-01.png", "photo-02.png", "photo-03.png"]);
  });

  it("prints one JSON document", async () => {
    await makePhotos(1);
    await writeFile(join(folder, "photos", "broken.jpg"), "no picture");
    const { status, stdout, stderr } = await mmfs(["stylize", "photos", "-o", "art", "--json"]);
    const report = JSON.parse(stdout);
    expect([status, stderr]).toEqual([3, ""]);
    expect(report).toMatchObject({
      done: 1,
      failed: 1,
      photos: [
        { photo: join("photos", "broken.jpg"), error: { code: "UNSUPPORTED_IMAGE" } },
        { photo: join("photos", "photo-01.jpg"), outputs: [join("art", "photo-01.jpg")], device: "cpu", dtype: "fp32" },
      ],
    });
  });

  it("goes on after SIGKILL with nothing lost and nothing half written", async () => {
    const names = await makePhotos(12);
    const args = ["stylize", "photos", "-o", "art", "--skip-existing", "--json"];
    const present = async () =>
      (await readdir(join(folder, "art")).catch(() => [])).filter((name) => !name.startsWith("."));
    const killed = await mmfs(args, async (child) => {
      while ((await present()).length < 3) await sleep(5);
      child.kill("SIGKILL");
    });
    expect(killed.signal).toBe("SIGKILL");
    const finished = await present();
    expect(finished.length).toBeLessThan(names.length);
    const before = new Map<string, Buffer>();
    for (const name of finished) {
      const path = join(folder, "art", name);
      await expect(sharp(path, { failOn: "warning" }).raw().toBuffer()).resolves.toBeInstanceOf(Buffer);
      before.set(name, await readFile(path));
    }

    const again = await mmfs(args);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      skipped: finished.length,
      done: names.length - finished.length,
      failed: 0,
    });
    expect((await readdir(join(folder, "art"))).sort()).toEqual(names);
    for (const [name, bytes] of before) expect((await readFile(join(folder, "art", name))).equals(bytes)).toBe(true);
  }, 60_000);

  it("stops cleanly at Ctrl-C with 130", async () => {
    await makePhotos(12);
    const interrupted = await mmfs(["stylize", "photos", "-o", "art"], async (child) => {
      while ((await readdir(join(folder, "art")).catch(() => [])).length < 2) await sleep(5);
      child.kill("SIGINT");
    });
    expect([interrupted.status, interrupted.stderr]).toEqual([130, "mmfs: interrupted\n"]);
    const names = await readdir(join(folder, "art"));
    expect(names.length).toBeLessThan(12);
    expect(names.filter((name) => !/^photo-\d\d\.jpg$/.test(name))).toEqual([]);
  }, 60_000);

  it("keeps photos of the same name apart, and never overwrites a photo", async () => {
    for (const name of ["a", "b"]) {
      await mkdir(join(folder, name));
      await copyFile(PORTRAIT, join(folder, name, "me.jpg"));
    }
    const both = await mmfs(["stylize", join("a", "me.jpg"), join("b", "me.jpg"), "-o", "art"]);
    expect(both.status).toBe(0);
    expect((await readdir(join(folder, "art"))).sort()).toEqual(["me.jpg", "me_2.jpg"]);
    for (const output of [join("a", "me.jpg"), "a"]) {
      const { status, stderr } = await mmfs(["stylize", join("a", "me.jpg"), "-o", output]);
      expect([status, stderr]).toEqual([2, expect.stringContaining("would be overwritten")]);
    }
    expect((await readFile(join(folder, "a", "me.jpg"))).equals(await readFile(PORTRAIT))).toBe(true);
  });

  it.each([
    [["stylize", PORTRAIT], 2, /--output/],
    [["stylize", PORTRAIT, "-o", "a.png", "--colour"], 2, /unknown option/],
    [["stylise"], 2, /unknown command.*stylize/s],
    [["stylize", PORTRAIT, "-o", "a.png", "--style", "strips"], 2, /stripes/],
    [["stylize", PORTRAIT, "-o", "a.png", "--strength", "lots"], 2, /--strength is a number/],
    [["stylize", PORTRAIT, "-o", "a.png", "--device", "gpu"], 2, /device must be one of/],
    [["stylize", PORTRAIT, "-o", "a.gif"], 2, /a\.gif|name a folder|extension/],
    [["stylize", PORTRAIT, "-o", "a.png", "--bundle", "none"], 1, /mmfs\.json/],
    [["stylize", "none.jpg", "-o", "a.png"], 1, /none\.jpg does not exist/],
    [["styles", "--bundle", "none"], 1, /mmfs\.json/],
  ])("%j ends with %i", async (args, code, message) => {
    const { status, stdout, stderr } = await mmfs(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, stdout]).toEqual([code, ""]);
  });

  it("does not follow a link out of the bundle", async () => {
    const bundle = join(folder, "bundle");
    await mkdir(bundle);
    for (const name of await readdir(toy.folder)) {
      const isDecoder = name.startsWith("decoder");
      await (isDecoder ? symlink : copyFile)(join(toy.folder, name), join(bundle, name));
    }
    const { status, stderr } = await mmfs(["stylize", PORTRAIT, "-o", "a.png", "--bundle", bundle]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("leads out of")]);
  });
});

describe("the other commands", () => {
  it("help names the exit codes and is quick", async () => {
    const { status, stdout, stderr, seconds } = await mmfs(["stylize", "--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/Exit codes:[\s\S]*130/);
    expect(seconds).toBeLessThan(2);
  });

  it("faces: prints what it finds and draws it", async () => {
    const { status, stdout, stderr } = await mmfs(["faces", GROUP, "-o", "drawn.png", "--json"]);
    const { faces } = JSON.parse(stdout);
    expect(stderr).toBe("");
    expect([status, faces.length >= 3, faces[0].number, faces[0].landmarks.length]).toEqual([0, true, 1, 468]);
    const original = await sharp(GROUP).ensureAlpha().raw().toBuffer();
    const drawn = await sharp(join(folder, "drawn.png")).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const { box } = faces[0];
    const edge = ((Math.round(box.y + box.height / 2) * drawn.info.width + Math.round(box.x)) * 4) | 0;
    expect([...drawn.data.subarray(edge, edge + 3)]).toEqual([0, 200, 83]);
    expect(original.subarray(0, 4).equals(drawn.data.subarray(0, 4))).toBe(true);
    expect((await mmfs(["faces", GROUP])).stdout).toMatch(/^face 1: /);
  });

  it("align: cuts the squares that findFaces tells", async () => {
    await makePhotos(2);
    const { status } = await mmfs(["align", "photos", "-o", "squares", "--size", "64"]);
    expect(status).toBe(0);
    expect((await readdir(join(folder, "squares"))).sort()).toEqual(["photo-01.png", "photo-02.png"]);
    const { width, height } = await sharp(join(folder, "squares", "photo-01.png")).metadata();
    expect([width, height]).toEqual([64, 64]);
  });

  it("styles: lists presets with their descriptions", async () => {
    expect((await mmfs(["styles"])).stdout).toBe("stripes   What random weights make of a photo.\nspeckles\n");
    expect(JSON.parse((await mmfs(["styles", "--json"])).stdout)).toMatchObject({
      bundle: "toy",
      styles: [{ name: "stripes" }, { name: "speckles" }],
    });
  });

  it("convert: makes a bundle that bundle verifies and stylize uses", async () => {
    await writeFile(join(folder, "toy.safetensors"), toyCheckpoint());
    const made = await mmfs(["convert", "toy.safetensors", "-o", "made", "--license", "CC0-1.0"]);
    expect([made.status, made.stderr]).toEqual([0, ""]);
    const verified = await mmfs(["bundle", "made", "--json"]);
    expect(verified.status).toBe(0);
    expect(JSON.parse(verified.stdout)).toMatchObject({
      name: "toy",
      valid: true,
      format: 2,
      network: { baseWidth: 16, detail: false, resolution: { default: 128, live: 128 } },
    });
    const used = await mmfs(["stylize", PORTRAIT, "-o", "a.png", "--style", "seed:1", "--bundle", "made"]);
    expect([used.status, used.stderr]).toEqual([0, ""]);
    const twice = await mmfs(["convert", "toy.safetensors", "-o", "made"]);
    expect([twice.status, twice.stderr]).toEqual([2, expect.stringContaining("not empty")]);
  }, 60_000);

  it("convert: refuses what is no checkpoint and leaves nothing behind", async () => {
    await writeFile(join(folder, "bad.pth"), "not a checkpoint");
    const { status, stderr } = await mmfs(["convert", "bad.pth", "-o", "made"]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^mmfs: /)]);
    expect(await readdir(folder)).toEqual(["bad.pth"]);
  });

  it("bundle: names the file that is damaged", async () => {
    const bundle = join(folder, "bundle");
    await mkdir(bundle);
    for (const name of await readdir(toy.folder)) await copyFile(join(toy.folder, name), join(bundle, name));
    const encoder = join(bundle, "encoder.onnx");
    const bytes = await readFile(encoder);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 255;
    await writeFile(encoder, bytes);
    const { status, stdout } = await mmfs(["bundle", bundle]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/BAD +encoder[\s\S]*SHA-256[\s\S]*ok +decoder/);
  });
});

// Not registered at all where the data set is absent: it is optional, and a skipped test would ask for it.
if (hasPortraits) {
  describe("mmfs stylize on portraits of the data set", () => {
    it("stylizes the face of each of 20 photos", async () => {
      await mkdir(join(folder, "photos"));
      const names = (await readdir(portraits)).filter((name) => name.endsWith(".jpg"));
      for (const name of names.sort().slice(0, 20)) await copyFile(join(portraits, name), join(folder, "photos", name));
      const { status, stdout, stderr } = await mmfs(["stylize", "photos", "-o", "art", "--json"]);
      expect([status, stderr]).toEqual([0, ""]);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ done: 20, failed: 0 });
      for (const { photo, outputs, faces } of report.photos) {
        const before = await sharp(join(folder, photo)).metadata();
        const after = await sharp(join(folder, outputs[0])).metadata();
        expect([after.width, after.height]).toEqual([before.width, before.height]);
        expect(faces.length).toBeGreaterThanOrEqual(1);
      }
    }, 60_000);
  });
}
