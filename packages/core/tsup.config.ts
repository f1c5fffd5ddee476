import { defineConfig, type Options } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

const shared: Options = {
  target: "es2022",
  platform: "neutral",
  sourcemap: true,
  splitting: false,
  esbuildPlugins: [thirdPartyNotices()],
};

export default defineConfig([
  // File by file, so that a page's bundler leaves out the files that it does not need.
  {
    ...shared,
    entry: ["src/**/*.ts", "!src/**/*.test.ts", "!src/**/__fixtures__/**"],
    format: ["esm"],
    bundle: false,
    dts: { entry: "src/index.ts", banner: DISPOSABLE },
  },
  { ...shared, entry: ["src/index.ts"], format: ["cjs"], dts: { banner: DISPOSABLE } },
]);
