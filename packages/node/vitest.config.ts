import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@mmfs/source"] },
  ssr: { resolve: { conditions: ["@mmfs/source", "node", "import", "default"] } },
  test: {
    name: "node",
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
