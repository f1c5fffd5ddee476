import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { runModule, runNode } from "./child.js";
import { PORTRAIT } from "./photos.js";

describe("the default bundle", () => {
  it("is what stylize uses, and stays loaded between calls", async () => {
    const { status, stdout, stderr } = await runModule(`
      import { stylize } from "@mmfs/node";
      const times = [];
      let bytes;
      for (const style of [undefined, { seed: 1 }, { seed: 2 }]) {
        const start = performance.now();
        const result = await stylize(${JSON.stringify(PORTRAIT)}, { style });
        times.push(performance.now() - start);
        bytes = (await result.toBuffer("webp")).length;
      }
      const bad = await stylize("none.jpg").catch((error) => error.code);
      const all = await Promise.all([3, 4].map((seed) => stylize(${JSON.stringify(PORTRAIT)}, { seed })));
      console.log(JSON.stringify({ times, bytes, bad, faces: all.map((result) => result.faces.length) }));`);
    expect([status, stderr]).toEqual([0, ""]);
    const { times, bytes, bad, faces } = JSON.parse(stdout);
    expect(times[2]).toBeLessThan(times[0] / 2);
    expect(bytes).toBeGreaterThan(1000);
    expect({ bad, faces }).toEqual({ bad: "FILE_NOT_READABLE", faces: [1, 1] });
  }, 60_000);

  it("is what the command uses, which needs no more than three seconds from its start to its end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmfs-default-"));
    try {
      const output = join(folder, "art.png");
      const bin = new URL("../bin/mmfs.mjs", import.meta.url).pathname;
      const { status, stderr, seconds } = await runNode([bin, "stylize", PORTRAIT, "-o", output]);
      expect([status, stderr]).toEqual([0, ""]);
      expect((await sharp(output).metadata()).width).toBe(512);
      console.log(`mmfs stylize, cold: ${seconds.toFixed(2)} s`);
      expect(seconds).toBeLessThan(3);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
