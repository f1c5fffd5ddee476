import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      "packages/*/vitest.config.ts",
      "apps/*/vitest.config.ts",
      "bench/vitest.config.ts",
      { test: { name: "scripts", include: ["scripts/**/*.test.mjs"] } },
    ],
    maxWorkers: 2,
  },
});
