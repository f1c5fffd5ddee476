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

/** @param cameraFile a film of JPEGs that pages see as their camera. */
export function launchChromium(cameraFile: string): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath ?? "",
    args: [
      "--no-sandbox",
      "--use-fake-ui-for-media-stream",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${cameraFile}`,
    ],
  });
}
