import { copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GROUP, PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runNode } from "./child.js";

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
let folder: string;
beforeAll(async () => {
  toy = await makeToyBundle();
}, 60_000);
afterAll(() => toy.remove());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmfs-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bin = fileURLToPath(new URL("../bin/mmfs.mjs", import.meta.url));

/** Runs `mmfs` on the toy bundle in the test's folder. */
function mmfs(args: string[], options: Parameters<typeof runNode>[1] = {}) {
  return runNode([bin, ...args, "--bundle", toy.folder, "--device", "cpu"], { cwd: folder, ...options });
}

/** `names` with the portrait in each, in the format that the name asks for. */
async function portraits(...names: string[]): Promise<void> {
  for (const name of names) {
    if (name.endsWith(".png")) await sharp(PORTRAIT).resize(160).png().toFile(join(folder, name));
    else await copyFile(PORTRAIT, join(folder, name));
  }
}

describe("files that are read", () => {
  it.each([
    ["align me.png -o . --size 64"],
    ["faces me.jpg -o me.jpg"],
    ["faces me.jpg -o hard.jpg"],
    ["stylize me.jpg -o ref.png --reference ref.png"],
    ["stylize me.jpg -o ref.png --mix reference:ref.png:0.5 --mix stripes"],
    ["stylize me.jpg -o ref.png --style ref.png"],
    ["stylize . -o link"],
    ["sheet me.jpg -o link/me.jpg --tile 64 --styles stripes"],
    ["sheet me.jpg -o ref.png --reference ref.png --tile 64"],
  ])("are not written by: mmfs %s", async (line) => {
    await portraits("me.jpg", "me.png", "ref.png");
    await symlink(".", join(folder, "link"));
    await link(join(folder, "me.jpg"), join(folder, "hard.jpg"));
    const before = await contents();
    const { status, stderr } = await mmfs(line.split(" "));
    expect([status, stderr]).toEqual([2, expect.stringContaining("would be overwritten")]);
    expect(await contents()).toEqual(before);
  });

  it("are not written as the square of a face either, and the other photos are done", async () => {
    await portraits("group-1.jpg", "me.jpg");
    await copyFile(GROUP, join(folder, "group.jpg"));
    const original = await readFile(join(folder, "group-1.jpg"));
    const args = ["group.jpg", "me.jpg", "--reference", "group-1.jpg", "-o", ".", "--crop", "--format", "jpg"];
    const refused = await mmfs(["stylize", ...args]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("group.jpg would be overwritten")]);
    await mkdir(join(folder, "out"));
    await link(join(folder, "group-1.jpg"), join(folder, "out", "group-1.jpg"));
    const { status, stderr } = await mmfs([
      "align",
      "group.jpg",
      "group-1.jpg",
      "me.jpg",
      "-o",
      "out",
      "--faces",
      "all",
    ]);
    expect([status, stderr]).toEqual([0, ""]);
    const names = (await readdir(join(folder, "out"))).filter((name) => name.endsWith(".png"));
    expect(names).toEqual(expect.arrayContaining(["group-1.png", "group-2.png", "group-1_2-1.png", "me-1.png"]));
    expect((await readFile(join(folder, "group-1.jpg"))).equals(original)).toBe(true);
  });

  async function contents(): Promise<Map<string, string>> {
    const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    return new Map(
      await Promise.all(
        names.map(async ({ name }) => [name, (await readFile(join(folder, name))).toString("base64")] as const),
      ),
    );
  }
});

describe("names of results", () => {
  it("are numbered where photos have one name, in align as in stylize", async () => {
    await mkdir(join(folder, "a"));
    await mkdir(join(folder, "b"));
    await portraits("a/me.jpg", "b/me.jpg", "a/me.png");
    for (const args of [
      ["align", "--size", "64"],
      ["stylize", "--format", "png"],
    ]) {
      const [command = "", ...rest] = args;
      const { status } = await mmfs([command, "a", "b", "-o", command, ...rest]);
      expect(status).toBe(0);
      expect((await readdir(join(folder, command))).sort()).toEqual(["me.png", "me_2.png", "me_3.png"]);
    }
  });

  it("may be as long as the file system allows", async () => {
    await mkdir(join(folder, "in"));
    const long = `2${"日".repeat(76)}.jpg`;
    await portraits("in/1.jpg", `in/${long}`, "in/3.jpg");
    expect((await mmfs(["stylize", "in", "-o", "out"])).status).toBe(0);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["1.jpg", long, "3.jpg"]);
  });
});

describe("a folder", () => {
  it("is read by content: pictures of any name are done, others said to fail, and the rest named", async () => {
    await mkdir(join(folder, "in"));
    await portraits("in/a.jpg", "in/b.jfif", "in/c.jpe", "in/noext");
    await sharp(PORTRAIT)
      .resize(32)
      .gif()
      .toFile(join(folder, "in", "e.gif"));
    await writeFile(join(folder, "in", "d.HEIC"), "\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    await writeFile(join(folder, "in", "notes.txt"), "milk, eggs");
    const { status, stdout, stderr } = await mmfs(["stylize", "in", "-o", "out"]);
    expect(status).toBe(3);
    expect((await readdir(join(folder, "out"))).sort()).toEqual(["a.jpg", "b.jfif", "c.jpe", "noext.png"]);
    expect(stderr).toMatch(/d\.HEIC: The file is HEIC[\s\S]*e\.gif: The file is GIF[\s\S]*left out.*notes\.txt/);
    expect(stdout).toContain("4 done, 2 failed, 1 left out");
    const json = await mmfs(["stylize", "in", "-o", "again", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ done: 4, failed: 2, leftOut: [join("in", "notes.txt")] });
  });

  it("is done to its end when nobody reads what is said any more", async () => {
    await mkdir(join(folder, "in"));
    const names = Array.from({ length: 12 }, (_, i) => `in/${10 + i}.png`);
    await portraits(...names);
    const { status } = await mmfs(["stylize", "in", "-o", "out"], {
      during: (child) => child.stdout?.once("data", () => child.stdout?.destroy()),
    });
    expect(status).toBe(0);
    expect(await readdir(join(folder, "out"))).toHaveLength(12);
  });

  it("goes on after a picture that cannot be written", async () => {
    await mkdir(join(folder, "in"));
    await portraits("in/1.jpg", "in/2.jpg", "in/3.jpg");
    await mkdir(join(folder, "out", "2.jpg"), { recursive: true });
    const { status, stdout, stderr } = await mmfs(["stylize", "in", "-o", "out"]);
    expect([status, stderr]).toEqual([3, expect.stringMatching(/2\.jpg: .*cannot be written: it is a folder/)]);
    expect(stdout).toContain("2 done, 1 failed");
  });
});

describe("arguments", () => {
  it("- is stdin and stdout", async () => {
    const input = await readFile(PORTRAIT);
    await mmfs(["stylize", PORTRAIT, "-o", "out.png", "--style", "stripes"]);
    const done = runNode([bin, "stylize", "-", "-o", "piped.png", "--style", "stripes", "--bundle", toy.folder], {
      cwd: folder,
      input,
    });
    expect(await done).toMatchObject({ status: 0, stderr: "" });
    const pixels = (name: string) => sharp(join(folder, name)).raw().toBuffer();
    expect((await pixels("piped.png")).equals(await pixels("out.png"))).toBe(true);
    const to = `${JSON.stringify(process.execPath)} ${bin} stylize - -o - --style stripes --bundle ${toy.folder} > out.jpg`;
    const shell = runNode(["-e", `require("child_process").execSync(process.argv[1], { stdio: "inherit" })`, to], {
      cwd: folder,
      input,
    });
    expect(await shell).toMatchObject({ status: 0, stderr: "" });
    expect((await pixels("out.jpg")).equals(await pixels("out.png"))).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["out.jpg", "out.png", "piped.png"]);
  });

  it("of -o - says it in a sentence when nobody reads the picture", async () => {
    const { status, stderr } = await mmfs(["stylize", PORTRAIT, "-o", "-"], {
      during: (child) => child.stdout?.destroy(),
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/stdout was closed before/)]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("may be addresses, of files and of the public internet", async () => {
    const { href } = new URL(`file://${PORTRAIT}`);
    expect((await mmfs(["stylize", href, "-o", "out.png"])).status).toBe(0);
    expect((await mmfs(["faces", href])).stdout).toMatch(/^face 1: /);
    const server = createServer((_, response) => response.end("x")).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const { status, stderr } = await mmfs(["stylize", `http://127.0.0.1:${port}/me.jpg`, "-o", "out.png"]);
    server.close();
    expect([status, stderr]).toEqual([1, expect.stringContaining("not of the public internet")]);
  });

  it("of --style may be a code; a picture or a pack is told from words, and a missing file from both", async () => {
    await portraits("starry.jpg");
    const picture = await mmfs(["stylize", PORTRAIT, "-o", "x.png", "--style", "starry.jpg"]);
    expect([picture.status, picture.stderr]).toEqual([2, expect.stringMatching(/reference|picture/)]);
    const missing = await mmfs(["stylize", PORTRAIT, "-o", "x.png", "--style", "rose.mmfspack"]);
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringContaining("rose.mmfspack does not exist")]);
    await writeFile(join(folder, "notes.style"), "milk, eggs");
    const none = await mmfs(["stylize", PORTRAIT, "-o", "x.png", "--style", "notes.style"]);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no style code")]);
    expect((await readdir(folder)).sort()).toEqual(["notes.style", "starry.jpg"]);
  });

  it("of --faces count from 1, also where the face is not there", async () => {
    const { status, stderr } = await mmfs(["stylize", PORTRAIT, "-o", "x.png", "--faces", "5"]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("1 face was found, which is number 1")]);
    await sharp({ create: { width: 99, height: 99, channels: 3, background: "teal" } }).toFile(
      join(folder, "empty.png"),
    );
    expect((await mmfs(["stylize", "empty.png", "-o", "x.png"])).stderr).toContain("give --faces none");
  });

  it("of --format may be jpg", async () => {
    await mmfs(["stylize", PORTRAIT, "-o", "out", "--format", "jpg"]);
    expect(await readdir(join(folder, "out"))).toEqual(["astronaut.jpg"]);
  });
});
