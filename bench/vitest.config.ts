import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@mmfs/source"] },
  ssr: { resolve: { conditions: ["@mmfs/source", "node", "import", "default"] } },
  test: { name: "bench", testTimeout: 60_000, hookTimeout: 60_000, include: ["*.test.ts"] },
});
