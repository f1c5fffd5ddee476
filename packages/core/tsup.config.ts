import { defineConfig, type Options } from "tsup";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

const ENTRIES = ["src/index.ts", "src/ndarray.ts"];

const shared: Options = { target: "es2022", platform: "neutral", sourcemap: true, splitting: false };

export default defineConfig([
  // File by file, so that a page's bundler leaves out the files that it does not need.
  {
    ...shared,
    entry: ["src/**/*.ts", "!src/**/*.test.ts", "!src/**/__fixtures__/**"],
    format: ["esm"],
    bundle: false,
    dts: { entry: ENTRIES, banner: DISPOSABLE },
  },
  { ...shared, entry: ENTRIES, format: ["cjs"], dts: { banner: DISPOSABLE } },
]);
