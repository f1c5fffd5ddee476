import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../packages/web/package.json", import.meta.url))("playwright-core");
const PATHS = [process.env.MMFS_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The Chromium of this machine, without a window. */
export async function openChromium() {
  const executablePath = PATHS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      "No Chromium was found: install it (Debian: apt-get install chromium) or name it in MMFS_CHROMIUM.",
    );
  }
  return chromium.launch({ executablePath, args: ["--headless=new", "--no-sandbox"] });
}
