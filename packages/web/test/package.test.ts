import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

describe("the built package", () => {
  it("has at most 75 kB gzipped, page and worker together, without runtime and weights", async () => {
    // What an app's bundler makes of it; the worker is built already.
    const { outputFiles } = await build({
      stdin: { contents: `export { createStylizer, stylize, isCached, preload } from "./index.js";`, resolveDir: dist },
      bundle: true,
      minify: true,
      splitting: true,
      write: false,
      format: "esm",
      outdir: "/app",
      external: ["onnxruntime-web", "@mmfs/model-mini", "./stylizer-worker.js"],
      legalComments: "none",
      logLevel: "silent",
    });
    const worker = await readFile(`${dist}stylizer-worker.js`);
    const bytes = [...outputFiles.map(({ contents }) => contents), worker].map(
      (content) => gzipSync(content, { level: 9 }).length,
    );
    console.log(`@mmfs/web: ${bytes.join(" + ")} bytes gzipped, the last is the worker`);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(75_000);
  });

  it("leaves nothing in the worker to be resolved but the runtime, and makes no code of strings", async () => {
    const worker = await readFile(`${dist}stylizer-worker.js`, "utf8");
    const imports = [...worker.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path]) => path);
    expect(new Set(imports)).toEqual(
      new Set(["onnxruntime-web/wasm", "onnxruntime-web/webgpu", "onnxruntime-web/jspi"]),
    );
    expect(worker).not.toMatch(/new Function|\beval\(/);
  });

  it("may be imported where there is no browser, and says so when it is called", async () => {
    const script = `
      const { createStylizer, stylize } = await import(${JSON.stringify(`${dist}index.js`)});
      const { defineStylizerElement } = await import(${JSON.stringify(`${dist}element.js`)});
      console.log(typeof defineStylizerElement, await createStylizer().catch((error) => error.code));`;
    const run = promisify(execFile);
    const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: dist });
    expect([stdout.trim(), stderr]).toEqual(["function UNSUPPORTED_PLATFORM", ""]);
  });
});
