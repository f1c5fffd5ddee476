import { defineConfig } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  dts: { banner: DISPOSABLE },
  sourcemap: true,
  clean: true,
  splitting: false,
  esbuildPlugins: [thirdPartyNotices()],
});
