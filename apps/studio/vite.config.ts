import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { thirdPartyNotices } from "./third-party-notices.js";

const notices = thirdPartyNotices();

export default defineConfig({
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // Module workers, whose chunks load onnxruntime only when it is needed. Nothing inline: the policy of the page allows no data: address.
  worker: { format: "es", plugins: () => [notices.worker] },
  build: { target: "es2022", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
  optimizeDeps: { exclude: ["@mmfs/web", "@mmfs/model-mini", "onnxruntime-web"] },
  server: { headers: isolated() },
  plugins: [
    notices.page,
    VitePWA({
      registerType: "autoUpdate",
      injectRegister: "script",
      manifest: {
        name: "MMFS Studio",
        short_name: "Studio",
        description: "Faces become art, on your own machine",
        theme_color: "#f1f1f0",
        background_color: "#f1f1f0",
        display: "standalone",
        icons: [{ src: "icon.svg", sizes: "any", type: "image/svg+xml" }],
      },
      workbox: {
        globPatterns: ["*.{html,svg,js}", "assets/index-*.{js,css}", "assets/*.woff2"],
        clientsClaim: true,
        skipWaiting: true,
        runtimeCaching: [
          {
            // The runtime comes in several builds: only the one that this browser asks for is kept. The bundle is kept by @mmfs/web.
            urlPattern: /\/assets\/.*\.(js|mjs|wasm)$/,
            handler: "CacheFirst",
            options: { cacheName: "studio-runtime", expiration: { maxEntries: 12 } },
          },
        ],
      },
    }),
  ],
});

/** Threads of WebAssembly need a page that is cross-origin isolated. */
function isolated(): Record<string, string> {
  return { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
}
