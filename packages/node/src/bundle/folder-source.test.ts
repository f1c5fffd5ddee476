import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FolderSource } from "./folder-source.js";

let root: string;
let source: FolderSource;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "mmfs-bundle-"));
  await mkdir(join(root, "bundle", "graphs"), { recursive: true });
  await mkdir(join(root, "bundle-of-another"));
  await writeFile(join(root, "bundle", "graphs", "a.onnx"), "graph");
  await writeFile(join(root, "secret"), "secret");
  await writeFile(join(root, "bundle-of-another", "secret"), "secret");
  await symlink(join(root, "secret"), join(root, "bundle", "link"));
  await symlink("..", join(root, "bundle", "up"));
  await symlink("a.onnx", join(root, "bundle", "graphs", "b.onnx"));
  source = new FolderSource(join(root, "bundle"));
});
afterAll(() => rm(root, { recursive: true }));

describe("FolderSource", () => {
  it("reads files, also through links that stay inside", async () => {
    expect(Buffer.from(await source.read("graphs/a.onnx")).toString()).toBe("graph");
    expect(Buffer.from(await source.read("graphs/b.onnx")).toString()).toBe("graph");
  });

  it("reads a bundle whose own folder is behind a link", async () => {
    await symlink(join(root, "bundle"), join(root, "alias"));
    const bytes = await new FolderSource(join(root, "alias")).read("graphs/a.onnx");
    expect(Buffer.from(bytes).toString()).toBe("graph");
  });

  it.each(["../secret", "link", "up/secret", "graphs/../../secret", "../bundle-of-another/secret"])(
    "refuses %s, which leads out of the folder",
    async (path) => {
      await expect(source.read(path)).rejects.toMatchObject({ code: "BUNDLE_INVALID" });
    },
  );

  it.each(["none.onnx", "/etc/none", "graphs"])("reports that %s cannot be read", async (path) => {
    await expect(source.read(path)).rejects.toMatchObject({ code: "FILE_NOT_READABLE" });
  });

  it("rejects with the reason of the signal", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(source.read("graphs/a.onnx", { signal })).rejects.toThrow("enough");
  });
});
