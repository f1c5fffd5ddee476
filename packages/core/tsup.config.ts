import { defineConfig, type Options } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

const ENTRIES = ["src/index.ts", "src/internal.ts", "src/ndarray.ts"];

const shared: Options = {
  target: "es2022",
  platform: "neutral",
  sourcemap: true,
  esbuildPlugins: [thirdPartyNotices()],
};

export default defineConfig([
  // File by file, so that a page's bundler leaves out the files that it does not need.
  {
    ...shared,
    entry: ["src/**/*.ts", "!src/**/*.test.ts", "!src/**/__fixtures__/**"],
    format: ["esm"],
    bundle: false,
    dts: { entry: ENTRIES, banner: DISPOSABLE },
  },
  // Both ENTRIES share their classes and what they keep.
  { ...shared, entry: ENTRIES, format: ["cjs"], splitting: true, dts: { banner: DISPOSABLE } },
]);
