import { defineConfig, type Options } from "tsup";
import { thirdPartyNotices } from "../../scripts/third-party-notices.js";

// The types name `Symbol.asyncDispose`, which the user's own `lib` need not have.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />';

const shared: Options = {
  target: "es2022",
  platform: "browser",
  format: ["esm"],
  sourcemap: true,
  esbuildPlugins: [thirdPartyNotices()],
};

export default defineConfig([
  {
    ...shared,
    entry: ["src/index.ts", "src/element.ts"],
    external: ["./stylizer-worker.js"],
    dts: { banner: DISPOSABLE },
    splitting: true,
  },
  // Import maps do not reach into workers: without a bundler, nothing but the runtime may be left to be resolved there.
  {
    ...shared,
    entry: { "stylizer-worker": "src/worker/stylizer-worker.ts" },
    noExternal: [/^(?!onnxruntime-web)/],
    external: [/^onnxruntime-web/],
    esbuildOptions: (options) => {
      options.conditions = ["@mmfs/source"];
    },
    minify: true,
    splitting: false,
  },
]);
