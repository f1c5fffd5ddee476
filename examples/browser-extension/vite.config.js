import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  worker: { format: "es" },
  build: {
    target: "chrome116",
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { drawing: "drawing.html", background: "src/background.js" },
      // the manifest names the service worker, so it keeps its name
      output: { entryFileNames: ({ name }) => (name === "background" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
});
