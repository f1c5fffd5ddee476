import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@mmfs/source"] },
  ssr: { resolve: { conditions: ["@mmfs/source", "node", "import", "default"] } },
  test: { name: "studio", testTimeout: 60_000, include: ["src/**/*.test.ts", "test/**/*.test.ts"] },
});
