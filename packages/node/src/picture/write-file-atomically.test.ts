import { spawnSync } from "node:child_process";
import { watch } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { removeLeftovers, writeFileAtomically } from "./write-file-atomically.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-write-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("writeFileAtomically", () => {
  it("writes and replaces, and leaves nothing else", async () => {
    const path = join(folder, "a.png");
    await writeFileAtomically(path, Buffer.from("old"));
    await writeFileAtomically(path, Buffer.from("new"));
    expect(await readFile(path, "utf8")).toBe("new");
    expect(await readdir(folder)).toEqual(["a.png"]);
  });

  it("writes names as long as the file system allows", async () => {
    const name = `${"日".repeat(83)}.x.png`;
    expect(Buffer.byteLength(name)).toBe(255);
    await writeFileAtomically(join(folder, name), Buffer.from("x"));
    expect(await readdir(folder)).toEqual([name]);
  });

  it("says that the folder is missing", async () => {
    await expect(writeFileAtomically(join(folder, "none", "a.png"), Buffer.from("x"))).rejects.toMatchObject({
      code: "FILE_NOT_WRITABLE",
      message: expect.stringContaining("does not exist"),
    });
  });

  it("cleans up where the name is taken by a folder", async () => {
    await expect(writeFileAtomically(folder, Buffer.from("x"))).rejects.toMatchObject({ code: "FILE_NOT_WRITABLE" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("leaves the old file as it was when aborted", async () => {
    const path = join(folder, "a.png");
    await writeFileAtomically(path, Buffer.from("old"));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(writeFileAtomically(path, Buffer.from("new"), { signal })).rejects.toThrow("enough");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a.png"]);
  });
});

describe("removeLeftovers", () => {
  /** The name under which this process writes: that of a file which a folder prevents from taking its own. */
  async function temporaryName(): Promise<string> {
    const target = join(folder, "target");
    const names: string[] = [];
    const watcher = watch(folder, (_event, name) => names.push(String(name)));
    await writeFileAtomically(target, Buffer.from("x"));
    while (!names.some((name) => name.endsWith(".tmp"))) await sleep(5);
    watcher.close();
    await rm(target);
    return names.find((name) => name.endsWith(".tmp")) ?? "";
  }

  it("removes what dead processes left, and nothing of the living, of other machines or of others", async () => {
    const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
    const [, where] = /^\.mmfs-([0-9a-f]{12})-\d+-/.exec(await temporaryName()) ?? [];
    expect(where).toBeDefined();
    const stale = `.mmfs-${where}-${dead}-0123456789ab.tmp`;
    const others = [
      `.mmfs-${where}-${process.pid}-0123456789ab.tmp`,
      `.mmfs-0123456789ab-${dead}-0123456789ab.tmp`,
      ".hidden.tmp",
      "a.png",
    ];
    for (const name of [stale, ...others]) await writeFile(join(folder, name), "");
    await removeLeftovers(folder);
    expect((await readdir(folder)).sort()).toEqual(others.sort());
  });
});
