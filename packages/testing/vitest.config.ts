import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@mmfs/source"] },
  ssr: { resolve: { conditions: ["@mmfs/source", "node", "import", "default"] } },
  test: { name: "testing", testTimeout: 60_000, include: ["test/**/*.test.ts"] },
});
