import { readFile } from "node:fs/promises";
import { bundleUrl } from "@mmfs/model-mini";
import { expect, it } from "vitest";
import { FRAMES } from "../src/view/frame.js";

it("hangs frames on the empty wall that are called as presets of the bundle are", async () => {
  const { presets } = JSON.parse(await readFile(new URL("presets.json", bundleUrl), "utf8"));
  const names = presets.map(({ name }: { name: string }) => name);
  for (const { name } of FRAMES) expect(names).toContain(name);
});
