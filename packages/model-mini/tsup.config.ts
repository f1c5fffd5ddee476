import { defineConfig } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

export default defineConfig({
  entry: ["src/index.ts"],
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  shims: true,
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: false,
  esbuildPlugins: [thirdPartyNotices()],
});
