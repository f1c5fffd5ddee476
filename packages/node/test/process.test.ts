import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GROUP, PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runModule, runNode } from "./child.js";

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
beforeAll(async () => {
  toy = await makeToyBundle();
}, 60_000);
afterAll(() => toy.remove());

const NAMES = ["FolderSource", "MMFSError", "NodeRuntime", "StyleCode", "createStylizer", "parseStyleCode"];

/** What a process has after it imported the package: names, native libraries, and what would keep it alive. */
const REPORT = `
  const { sharedObjects } = process.report.getReport();
  const native = sharedObjects.filter((path) => /onnxruntime|vips|sharp/.test(path));
  const names = Object.keys(mmfs).filter((name) => name !== "default").sort();
  console.log(JSON.stringify({ names, native, active: process.getActiveResourcesInfo() }));`;

describe("importing the package", () => {
  it.each([
    ["ESM", () => runModule(`import * as mmfs from "@mmfs/node"; ${REPORT}`)],
    ["CommonJS", () => runNode(["-e", `const mmfs = require("@mmfs/node"); ${REPORT}`])],
    ["CommonJS with import()", () => runNode(["-e", `import("@mmfs/node").then((mmfs) => { ${REPORT} });`])],
  ])("%s: loads nothing native, starts nothing and prints nothing", async (_name, run) => {
    const { status, stdout, stderr } = await run();
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const { names, native, active } = JSON.parse(stdout);
    expect(names).toEqual(expect.arrayContaining(NAMES));
    expect(native).toEqual([]);
    expect(active.filter((resource: string) => resource !== "CloseReq" && resource !== "TTYWrap")).toEqual([]);
  });
});

describe("a process that stylizes", () => {
  const use = (disposal: string) => `
    const stylizer = await createStylizer({ bundle: ${JSON.stringify(toy.folder)}, device: "auto" });
    const result = await stylizer.stylize(${JSON.stringify(PORTRAIT)});
    console.log(result.facesFound, result.device, result.warnings.length, (await result.toBuffer("jpeg")).length > 1000);
    ${disposal}`;

  it.each([
    ["ESM", (code: string) => runModule(`import { createStylizer } from "@mmfs/node"; ${code}`)],
    [
      "CommonJS",
      (code: string) =>
        runNode(["-e", `const { createStylizer } = require("@mmfs/node"); (async () => { ${code} })();`]),
    ],
  ])("%s: ends by itself, disposed or not, with empty stderr", async (_name, run) => {
    for (const disposal of ["", "await stylizer.dispose();"]) {
      const { status, stdout, stderr } = await run(use(disposal));
      expect(stderr).toBe("");
      expect([status, stdout.trim()]).toEqual([0, "1 cpu 0 true"]);
    }
  });

  it("leaves nothing behind, in the home of its user or among temporary files", async () => {
    const home = await mkdtemp(join(tmpdir(), "mmfs-home-"));
    // onnxruntime's telemetry is silent where CI says that nobody is there
    const env = {
      CI: undefined,
      ORT_DISABLE_TELEMETRY: undefined,
      HOME: home,
      XDG_CACHE_HOME: undefined,
      TMPDIR: home,
    };
    const { status, stdout } = await runModule(`import { createStylizer } from "@mmfs/node"; ${use("")}`, { env });
    expect([status, stdout.trim()]).toEqual([0, "1 cpu 0 true"]);
    expect(await readdir(home, { recursive: true })).toEqual([]);
    await rm(home, { recursive: true });
  });

  it("ends when a call is abandoned by process.exit in the middle of the computation", async () => {
    const { status, stderr } = await runModule(`
      import { createStylizer } from "@mmfs/node";
      const stylizer = await createStylizer({ bundle: ${JSON.stringify(toy.folder)}, device: "cpu" });
      stylizer.stylize(${JSON.stringify(GROUP)});
      setTimeout(() => process.exit(5), 400);`);
    expect([status, stderr]).toEqual([5, ""]);
  });

  it("stays alive while a call runs, although nothing else does", async () => {
    const { status, stdout } = await runModule(`
      import { createStylizer } from "@mmfs/node";
      createStylizer({ bundle: ${JSON.stringify(toy.folder)}, device: "cpu" })
        .then((stylizer) => stylizer.stylize(${JSON.stringify(GROUP)}))
        .then((result) => console.log(result.faces.length));`);
    expect([status, Number(stdout) >= 3]).toEqual([0, true]);
  });

  it("rejects what runs when the thread breaks, and starts a new thread with the next call", async () => {
    const { status, stdout, stderr } = await runModule(`
      import threads from "node:worker_threads";
      import { syncBuiltinESMExports } from "node:module";
      let thread;
      threads.Worker = class extends threads.Worker {
        constructor(...args) { super(...args); thread = this; }
      };
      syncBuiltinESMExports();
      const { createStylizer } = await import("@mmfs/node");
      const stylizer = await createStylizer({ bundle: ${JSON.stringify(toy.folder)}, device: "cpu" });
      const first = thread;
      const running = stylizer.stylize(${JSON.stringify(GROUP)}, {
        // A message that the thread cannot read is an exception that nobody catches.
        onProgress: (event) => event.stage === "detect" && thread.postMessage(null),
      });
      const { code, message } = await running.catch((error) => error);
      const result = await stylizer.stylize(${JSON.stringify(PORTRAIT)});
      await stylizer.dispose();
      console.log(JSON.stringify({ code, message, other: thread !== first, faces: result.faces.length }));`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual({
      code: "WORKER_FAILED",
      message: expect.stringContaining("The next call starts a new one"),
      other: true,
      faces: 1,
    });
  });
});
