// `node scripts/studio-pictures.mjs`: the pictures of the studio in docs/assets, as a visitor sees it. After `npm run build`.
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { serveStudio } from "../apps/studio/scripts/serve.mjs";
import { openChromium } from "./examples/open-chromium.mjs";

const asset = (name) => fileURLToPath(new URL(`../docs/assets/${name}`, import.meta.url));
const DESKTOP = { viewport: { width: 1360, height: 850 }, colorScheme: "light" };
const PHONE = { viewport: { width: 392, height: 850 }, isMobile: true, hasTouch: true, colorScheme: "dark" };

const server = await serveStudio(0);
const browser = await openChromium();
const desktop = await paint(DESKTOP, "linocut", 38);
const phone = await paint(PHONE, "red chalk", 0);
await browser.close();
await server.close();

const gap = 24;
await sharp({
  create: {
    width: DESKTOP.viewport.width + gap + PHONE.viewport.width,
    height: DESKTOP.viewport.height,
    channels: 3,
    background: "white",
  },
})
  .composite([
    { input: desktop, left: 0, top: 0 },
    { input: phone, left: DESKTOP.viewport.width + gap, top: 0 },
  ])
  .jpeg({ quality: 86 })
  .toFile(asset("studio.jpg"));

/** The page with the astronaut in a style, and so many percent of the picture wiped back to the photo. */
async function paint(options, style, wiped) {
  const page = await (await browser.newContext(options)).newPage();
  await page.goto(server.origin);
  await page.locator("input[type=file]").first().setInputFiles(asset("astronaut.jpg"));
  const painted = () => page.locator(".picture[aria-busy=false] .wipe").waitFor();
  await painted();
  await page.waitForFunction(() => document.querySelector(".mat:not(.is-painted)") === null, undefined, {
    timeout: 120_000,
  });
  await page.getByRole("button", { name: style, exact: true }).click();
  await page.locator("figcaption i", { hasText: style }).waitFor();
  await page.waitForTimeout(1000);
  await painted();
  await page.getByLabel("Before and after").fill(String(wiped));
  await page.evaluate(() => scrollTo(0, 0));
  return page.screenshot();
}
