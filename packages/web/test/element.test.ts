import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "./chromium.js";
import { PHOTO } from "./node-picture.js";
import { type App, STRICT_POLICY, serveApp } from "./serve-app.js";

let app: App;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "mmfs-element-"));
  await writeFile(join(folder, "me.png"), PHOTO);
  app = await serveApp();
  app.headers = { "content-security-policy": STRICT_POLICY };
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  if (folder) await rm(folder, { recursive: true });
});

describe.skipIf(chromiumPath === undefined)("<mmfs-stylizer>", () => {
  it("stylizes a chosen photo, offers the presets, follows the strength and shows the photo again", async () => {
    const page = await browser.newPage();
    await page.goto(app.origin);
    await page.waitForFunction(() => window.element !== undefined);
    await page.evaluate(() => {
      window.element.defineStylizerElement();
      window.element.defineStylizerElement();
      const element = document.createElement("mmfs-stylizer");
      element.setAttribute("bundle", "/bundle/");
      element.setAttribute("runtime-url", "/ort/");
      for (const name of ["mmfs-result", "mmfs-error"]) {
        element.addEventListener(name, () =>
          element.setAttribute(`data-${name}`, String(1 + Number(element.getAttribute(`data-${name}`)))),
        );
      }
      document.body.append(element);
    });
    await page.getByLabel("Drop, paste or choose a photo").setInputFiles(join(folder, "me.png"));
    const element = page.locator("mmfs-stylizer");
    await element.and(page.locator("[data-mmfs-result='1']")).waitFor();
    expect(await page.getByLabel("Style").locator("option").count()).toBeGreaterThan(1);
    expect(await page.getByRole("status").textContent()).toMatch(/^1 face, \d+ ms on wasm$/);
    expect(await page.getByLabel("Prompt").isVisible()).toBe(true);

    const look = () => page.getByRole("img").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const stylised = await look();
    await page.getByLabel("Strength").fill("0");
    await element.and(page.locator("[data-mmfs-result='2']")).waitFor();
    const weak = await look();
    await page.getByLabel("Show the photo").check();
    await page.getByLabel("The photo as it was").waitFor();
    await page.waitForTimeout(200);
    const photo = await look();
    expect(weak).not.toBe(stylised);
    expect(photo).toBe(weak);
    expect(await element.getAttribute("data-mmfs-error")).toBeNull();
    await page.close();
  }, 60_000);
});
