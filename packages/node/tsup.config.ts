import { defineConfig, type Options } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

const shared: Options = { target: "es2022", platform: "node", sourcemap: true, esbuildPlugins: [thirdPartyNotices()] };

export default defineConfig([
  {
    ...shared,
    entry: { index: "src/index.ts", "stylizer-thread": "src/worker/stylizer-thread.ts", cli: "src/cli.ts" },
    format: ["esm"],
    dts: { entry: "src/index.ts", banner: DISPOSABLE },
    splitting: true,
  },
  // The thread that both start is the ES module: it needs no second build.
  { ...shared, entry: ["src/index.ts"], format: ["cjs"], dts: { banner: DISPOSABLE }, splitting: false, shims: true },
]);
