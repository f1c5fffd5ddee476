import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const [entry = "", internal = "", ndarrayEntry = ""] = ["index", "internal", "ndarray"].map((name) =>
  fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url)),
);

/** What the standards of the web and Node have in common and the package needs at import: nothing of a page, nothing of Node. */
const GLOBALS = { AbortController, DataView, TextDecoder, TextEncoder, performance, atob, btoa };

describe.each(["browser", "node", "neutral"] as const)("bundled for %s", (platform) => {
  const bundle = (external: string[], entryPoint = entry) =>
    build({
      entryPoints: [entryPoint],
      bundle: true,
      write: false,
      metafile: true,
      platform,
      external,
      mainFields: ["module", "main"],
      format: "iife",
      globalName: "mmfs",
      logLevel: "silent",
    });

  it.each([
    ["nothing but its dependencies", entry, ["onnxruntime-common", "valibot"]],
    ["no more where it is internal", internal, ["onnxruntime-common", "valibot"]],
    ["ndarray where it is asked for", ndarrayEntry, ["ndarray"]],
  ])("imports %s", async (_name, entryPoint, expected) => {
    const { metafile } = await bundle(["onnxruntime-common", "valibot", "ndarray"], entryPoint);
    const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
    const bare = new Set(imports.flatMap(({ path, external }) => (external ? path : [])));
    expect([...bare].sort()).toEqual(expected);
  });

  it("runs without a page, without Node, and without making code of strings", async () => {
    const { outputFiles } = await bundle([]);
    const context = createContext({ ...GLOBALS }, { codeGeneration: { strings: false, wasm: true } });
    runInContext(outputFiles[0]!.text, context);
    const result = runInContext(
      `(() => {
        const picture = mmfs.resize({ width: 4, height: 4, data: new Uint8ClampedArray(64).fill(200) }, 2, 2);
        const code = mmfs.parseStyleCode(mmfs.serializeStyleCode(mmfs.StyleCode.fromRow(Float32Array.of(1, 2), { type: "file" })));
        const view = { data: picture.data, shape: [2, 2, 3], stride: [8, 4, -1], offset: 2 };
        return [mmfs.fromNdarray(view).data[12], code.values[19], typeof mmfs.Stylizer, mmfs.MMFSError.isInstance(new mmfs.MMFSError("NO_FACE", ""))];
      })()`,
      context,
    );
    expect([...result]).toEqual([200, 2, "function", true]);
  });
});
