import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
const DEPENDENCIES = ["@huggingface/tokenizers", "@mmfs/core", "@mmfs/core/internal", "onnxruntime-common", "valibot"];

it.each(["browser", "node", "neutral"] as const)("imports nothing but its dependencies for %s", async (platform) => {
  const { metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    metafile: true,
    platform,
    external: DEPENDENCIES,
    format: "esm",
    logLevel: "silent",
  });
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  const bare = new Set(imports.flatMap(({ path, external }) => (external ? path : [])));
  expect([...bare].sort()).toEqual(DEPENDENCIES);
});
