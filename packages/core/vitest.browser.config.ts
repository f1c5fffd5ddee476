import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const src = fileURLToPath(new URL("src/", import.meta.url));

/** Files with what a page does not have: modules and globals of Node, and sharp and onnxruntime for it. */
const NEEDS_NODE = /"node:|"sharp"|"onnxruntime-node"|\/(cpu-runtime|tiny-bundle)\.js"|\bBuffer\b|setImmediate/;

const inPage = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".test.ts") && !NEEDS_NODE.test(readFileSync(src + path, "utf8")),
);

/** The unit tests of the core in Chromium: its numbers are to be the same wherever it runs. */
export default defineConfig({
  resolve: { conditions: ["@mmfs/source"] },
  test: {
    name: "core in Chromium",
    include: inPage.map((path) => `src/${path.replaceAll("\\", "/")}`),
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: { executablePath: process.env.MMFS_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
