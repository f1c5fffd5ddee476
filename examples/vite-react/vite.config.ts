import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// With these two headers WebAssembly has several threads; without them it has one. The site that serves `dist` sends them, too.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  // Vite moves what it optimizes away from the worker, the weights and the .wasm files that stand beside it.
  optimizeDeps: { exclude: ["@mmfs/web", "@mmfs/model-mini", "onnxruntime-web"] },
  server: { headers },
  preview: { headers },
});
