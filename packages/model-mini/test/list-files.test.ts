import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { listFiles } from "../scripts/list-files.js";

it("names the files by their addresses beside the list", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mmfs-files-"));
  try {
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    for (const [path, content] of listFiles(["mmfs.json", "towers/text.onnx"]))
      await writeFile(join(folder, path), content);
    const { bundleFiles } = await import(pathToFileURL(join(folder, "files.js")).href);
    expect(bundleFiles["towers/text.onnx"]).toEqual(pathToFileURL(join(folder, "towers", "text.onnx")));
    expect(Object.keys(bundleFiles)).toEqual(["mmfs.json", "towers/text.onnx"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
