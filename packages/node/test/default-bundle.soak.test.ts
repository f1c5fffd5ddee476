import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PORTRAIT } from "@mmfs/testing/photos";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { PACKAGE, runModule, runNode } from "./child.js";

describe("the default bundle", () => {
  it("is what stylize uses, and stays loaded between calls", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { stylize } from "@mmfs/node";
      const encoded = [];
      let bytes;
      for (const style of [undefined, { seed: 1 }, { seed: 2 }]) {
        const result = await stylize(${JSON.stringify(PORTRAIT)}, { style });
        encoded.push("encode" in result.timings);
        bytes = (await result.toBuffer("webp")).length;
      }
      const bad = await stylize("none.jpg").catch((error) => error.code);
      const all = await Promise.all([3, 4].map((seed) => stylize(${JSON.stringify(PORTRAIT)}, { seed })));
      console.log(JSON.stringify({ encoded, bytes, bad, faces: all.map((result) => result.faces.length) }));`);
    expect([status, stderr]).toEqual([0, ""]);
    const { encoded, bytes, bad, faces } = JSON.parse(stdout);
    // the photo is remembered from call to call
    expect(encoded).toEqual([true, false, false]);
    expect(bytes).toBeGreaterThan(1000);
    expect({ bad, faces }).toEqual({ bad: "FILE_NOT_READABLE", faces: [1, 1] });
  }, 120_000);

  it("is what the command uses", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmfs-default-"));
    try {
      const output = join(folder, "art.png");
      const bin = fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url));
      const { status, stderr } = await runNode([bin, "stylize", PORTRAIT, "-o", output]);
      expect([status, stderr]).toEqual([0, ""]);
      expect((await sharp(output).metadata()).width).toBe(512);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("has presets of several kinds, which the command lists under headings", async () => {
    const bin = fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url));
    const [{ status, stdout }, json] = await Promise.all([
      runNode([bin, "styles"]),
      runNode([bin, "styles", "--json"]),
    ]);
    expect(status).toBe(0);
    const [heading] = stdout.split("\n");
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("  ").slice(0, 2));
    const { styles } = JSON.parse(json.stdout);
    const kinds: string[] = [...new Set<string>(styles.map(({ tags }: { tags: string[] }) => tags[0]))];
    expect(heading).toBe(`${kinds[0]}:`);
    expect(kinds.length).toBeGreaterThan(1);
    const wanted = kinds.flatMap((kind) => [
      [`${kind}:`],
      ...styles
        .filter(({ tags }: { tags: string[] }) => tags[0] === kind)
        .map(({ name }: { name: string }) => ["", name]),
    ]);
    expect(lines).toEqual(wanted);
  }, 60_000);

  it("is what the lines of the README use, which run when pasted", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmfs-readme-"));
    try {
      await mkdir(join(folder, "node_modules/@mmfs"), { recursive: true });
      await symlink(PACKAGE, join(folder, "node_modules/@mmfs/node"));
      await copyFile(PORTRAIT, join(folder, "me.jpg"));
      const [, code = ""] = /```js\n([\s\S]*?)```/.exec(await readFile(join(PACKAGE, "README.md"), "utf8")) ?? [];
      const { status, stderr } = await runNode(["--input-type=module", "-e", code], { cwd: folder });
      expect([status, stderr]).toEqual([0, ""]);
      expect((await readdir(folder)).sort()).toEqual(["face-1.webp", "me-as-art.png", "me.jpg", "node_modules"]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
