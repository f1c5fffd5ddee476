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

export interface ChromiumOptions {
  /** Give pages a WebGPU that computes in software. @default false */
  webGpu?: boolean;
  /** A film of JPEGs that all pages see as their camera; without one, pages that were granted a camera see a test picture. */
  cameraFile?: string;
}

export function launchChromium({ webGpu = false, cameraFile }: ChromiumOptions = {}): Promise<Browser> {
  const args = ["--no-sandbox", "--use-fake-device-for-media-stream"];
  if (webGpu) args.push("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");
  if (cameraFile) args.push("--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${cameraFile}`);
  return chromium.launch({ executablePath: chromiumPath ?? "", args });
}
