import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Chromium of the system, or of MMFS_CHROMIUM. */
export const chromiumPath = [process.env.MMFS_CHROMIUM, ...PATHS].find(
  (path) => path !== undefined && existsSync(path),
);

if (chromiumPath === undefined && process.env.MMFS_REQUIRE_ALL)
  throw new Error("Chromium is missing: apt-get install chromium");
if (chromiumPath === undefined) console.warn("Skipped: tests in a browser need Chromium (apt-get install chromium).");

/** @param webGpu give pages a WebGPU that computes in software. */
export function launchChromium({ webGpu = false } = {}): Promise<Browser> {
  const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
  return chromium.launch({
    executablePath: chromiumPath ?? "",
    // The camera shows a test picture to pages that were granted one.
    args: ["--no-sandbox", "--use-fake-device-for-media-stream", ...(webGpu ? software : [])],
  });
}
