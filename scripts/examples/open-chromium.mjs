import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../packages/web/package.json", import.meta.url))("playwright-core");
const PATHS = [process.env.MMFS_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGUMENTS = ["--headless=new", "--no-sandbox"];

/** The Chromium of this machine, without a window. */
export function openChromium() {
  return chromium.launch({ executablePath: findChromium(), args: ARGUMENTS });
}

/** The same with an unpacked extension, whose service worker it starts. */
export function openChromiumWithExtension(extension, profile) {
  const args = [...ARGUMENTS, `--disable-extensions-except=${extension}`, `--load-extension=${extension}`];
  // Playwright switches extensions off unless it is told not to.
  const ignoreDefaultArgs = ["--disable-extensions"];
  return chromium.launchPersistentContext(profile, { executablePath: findChromium(), args, ignoreDefaultArgs });
}

function findChromium() {
  const executablePath = PATHS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      "No Chromium was found: install it (Debian: apt-get install chromium) or name it in MMFS_CHROMIUM.",
    );
  }
  return executablePath;
}
