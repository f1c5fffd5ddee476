import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupByTag } from "@mmfs/core";
import { parseManifest, parsePresets } from "@mmfs/core/internal";
import { bundleUrl } from "@mmfs/model-mini";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { type App, STRICT_POLICY, serveApp } from "@mmfs/testing/serve-app";
import type { Browser, Locator, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SMALL_PHOTO } from "./node-picture.js";

let app: App;
let browser: Browser;
let folder: string;
beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "mmfs-element-"));
  await writeFile(join(folder, "me.png"), SMALL_PHOTO);
  const wall = sharp({ create: { width: 200, height: 150, channels: 3, background: "#7a9" } });
  await writeFile(join(folder, "wall.png"), await wall.png().toBuffer());
  app = await serveApp(import.meta.url);
  app.files.set("/me.png", SMALL_PHOTO);
  app.files.set("/axe.js", await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js")));
  app.headers = { "content-security-policy": STRICT_POLICY };
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  if (folder) await rm(folder, { recursive: true });
});

let page: Page;
let element: Locator;
beforeEach(async () => {
  if (chromiumPath === undefined) return;
  page = await (await browser.newContext()).newPage();
  await page.goto(app.origin);
  await page.waitForFunction(() => window.element !== undefined);
  element = page.locator("mmfs-stylizer");
});
afterEach(() => page?.context().close());

/** Puts the element into the page; it counts its events in attributes. */
async function place(bundle = "/bundle/"): Promise<void> {
  await page.evaluate((address) => {
    const element = document.createElement("mmfs-stylizer");
    // Set before the element is known, as frameworks may do.
    Object.assign(element, { bundle: address });
    window.element.defineStylizerElement();
    window.element.defineStylizerElement();
    element.setAttribute("runtime-url", "/ort/");
    for (const name of ["mmfs-result", "mmfs-error"]) {
      element.addEventListener(name, () =>
        element.setAttribute(`data-${name}`, String(1 + Number(element.getAttribute(`data-${name}`)))),
      );
    }
    document.body.append(element);
  }, bundle);
}

const results = (count: number) => element.and(page.locator(`[data-mmfs-result="${count}"]`)).waitFor();
const choosePhoto = (name = "me.png") =>
  page.getByLabel("Drop, paste or choose a photo").setInputFiles(join(folder, name));
const look = () => page.getByRole("img").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

describe.skipIf(chromiumPath === undefined)("<mmfs-stylizer>", () => {
  it("stylizes a chosen photo, offers the presets, follows the strength, wipes to the photo by keys and saves", async () => {
    await place();
    await choosePhoto();
    await results(1);
    const styles = page.getByRole("combobox", { name: "Style" });
    const { network } = parseManifest(await readFile(new URL("mmfs.json", bundleUrl)), "model-mini");
    const { presets } = parsePresets(await readFile(new URL("presets.json", bundleUrl)), network, "model-mini");
    const kinds = groupByTag(presets).map(({ tag = "", items }) => [tag, ...items.map(({ name }) => name)]);
    const shown = await styles
      .locator("optgroup")
      .evaluateAll((groups: HTMLOptGroupElement[]) =>
        groups.map(({ label, children }) => [
          label.toLowerCase(),
          ...Array.from(children, ({ textContent }) => textContent),
        ]),
      );
    expect(shown).toEqual(kinds);
    expect(await styles.inputValue()).toBe(presets[0]?.name);
    expect(await page.getByRole("status").textContent()).toMatch(/^1 face, \d+\.\d s on wasm$/);
    const corner = () =>
      page
        .getByRole("img")
        .evaluate((canvas: HTMLCanvasElement) => [...(canvas.getContext("2d")?.getImageData(2, 2, 1, 1).data ?? [])]);
    const painted = await corner();
    await element.evaluate((it) => it.setAttribute("surroundings", "photo"));
    await results(2);
    const plain = await corner();
    expect(painted).not.toEqual(plain);
    await element.evaluate((it) => it.setAttribute("surroundings", "toned"));
    await results(3);
    expect(await corner()).not.toEqual(plain);
    const stylised = await look();
    await page.getByLabel("Strength").fill("0");
    await results(4);
    expect(await corner()).toEqual(plain);
    expect(await look()).not.toBe(stylised);
    expect(await element.getAttribute("strength")).toBe("0");

    // At strength 0 the picture is the photo, which the other half of the wipe shows.
    const before = await element.locator("[part=before]").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    expect(before).toBe(await look());
    const wipe = page.getByLabel("Before and after");
    await wipe.focus();
    await page.keyboard.press("End");
    const clip = () => element.locator("[part=before]").evaluate((canvas) => getComputedStyle(canvas).clipPath);
    expect([await wipe.inputValue(), await clip()]).toEqual(["100", "inset(0px 0% 0px 0px)"]);
    await page.keyboard.press("Home");
    expect(await clip()).toMatch(/100%/);

    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as PNG" }).click();
    expect((await download).suggestedFilename()).toBe("stylised.png");
    expect(await element.getAttribute("data-mmfs-error")).toBeNull();
  }, 120_000);

  it("sketches while the strength moves, and then paints", async () => {
    await place();
    await choosePhoto();
    await results(1);
    const looks = await element.evaluate(
      (it: HTMLElementTagNameMap["mmfs-stylizer"]) =>
        new Promise<string[]>((resolve) => {
          const canvas = it.shadowRoot?.querySelector("canvas");
          const seen = new Set<string>();
          let isDone = false;
          it.addEventListener("mmfs-result", () => {
            isDone = true;
          });
          const watch = () => {
            seen.add(canvas?.toDataURL() ?? "");
            if (isDone) resolve([...seen]);
            else requestAnimationFrame(watch);
          };
          for (const strength of [0.9, 0.8, 0.7]) it.strength = strength;
          watch();
        }),
    );
    // What was there, a sketch, the painting; perhaps tiles of it between them.
    expect(looks.length).toBeGreaterThanOrEqual(3);
    expect(looks.at(-1)).toBe(await look());
    expect(await element.getAttribute("data-mmfs-result")).toBe("2");
    expect(await element.evaluate((it: HTMLElementTagNameMap["mmfs-stylizer"]) => it.result?.width)).toBe(256);
  }, 120_000);

  it("paints a picture without a face where the visitor says so", async () => {
    await place();
    await choosePhoto("wall.png");
    await element.and(page.locator("[data-mmfs-error='1']")).waitFor();
    const photo = await look();
    await page.getByRole("button", { name: "Paint it anyway" }).click();
    await results(1);
    expect(await look()).not.toBe(photo);
    expect(await page.getByRole("button", { name: "Paint it anyway" }).isVisible()).toBe(false);
    expect(await page.getByRole("status").textContent()).toMatch(/^No faces, \d+\.\d s on wasm$/);
    // In the next photo faces are looked for again.
    await choosePhoto();
    await results(2);
    expect(await page.getByRole("status").textContent()).toMatch(/^1 face, /);
    await element.evaluate((it) => it.setAttribute("faces", "none"));
    await results(3);
    expect(await page.getByRole("status").textContent()).toMatch(/^No faces, /);
  }, 120_000);

  it("takes a prompt and a reference picture, and says what went wrong", async () => {
    await place();
    await choosePhoto();
    await results(1);
    const preset = await look();
    await page.getByLabel("Prompt").fill("graphite drawing of a sailor");
    await page.keyboard.press("Enter");
    await results(2);
    const prompt = await look();
    await page.getByLabel("Drop or choose a picture in the style").setInputFiles(join(folder, "me.png"));
    await results(3);
    const mixed = await look();
    await page.getByLabel("Prompt").fill("");
    await page.keyboard.press("Enter");
    await results(4);
    expect(new Set([preset, prompt, mixed, await look()]).size).toBe(4);
    await page.getByRole("button", { name: "Remove the reference picture" }).click();
    await results(5);
    expect(await look()).toBe(preset);
    await page.getByLabel("Prompt").fill("水墨画");
    await page.keyboard.press("Enter");
    await element.and(page.locator("[data-mmfs-error='1']")).waitFor();
    expect(await page.getByRole("status").textContent()).toMatch(/prompt/i);
  }, 120_000);

  it("offers neither with a bundle that understands none", async () => {
    const manifest = JSON.parse(await readFile(new URL("mmfs.json", bundleUrl), "utf8"));
    for (const part of ["textTower", "imageTower", "tokenizer", "mapper"]) delete manifest.parts[part];
    app.answer = (request, response) => {
      if (request.url !== "/bundle/mmfs.json") return false;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(manifest));
      return true;
    };
    await place();
    await choosePhoto();
    await results(1);
    app.answer = () => false;
    expect(await page.getByRole("combobox", { name: "Style" }).isVisible()).toBe(true);
    expect(await page.getByLabel("Prompt").isVisible()).toBe(false);
    expect(await page.getByRole("group", { name: "Reference picture" }).isVisible()).toBe(false);
  }, 120_000);

  it("shows the camera, takes its picture, and explains a refusal", async () => {
    await place();
    await page.getByRole("button", { name: "Take a photo" }).click();
    await page.getByText("The camera was refused").waitFor();
    await page.context().grantPermissions(["camera"]);
    await page.getByRole("button", { name: "Take a photo" }).click();
    await page
      .getByLabel("What the camera sees")
      .evaluate((video: HTMLVideoElement) => new Promise((resolve) => video.requestVideoFrameCallback(resolve)));
    await page.getByRole("button", { name: "Use this picture" }).click();
    // The camera's test picture has no face.
    await element.and(page.locator("[data-mmfs-error='1']")).waitFor();
    expect(await page.getByRole("status").textContent()).toMatch(/face/);
    expect(await page.getByLabel("What the camera sees").isVisible()).toBe(false);
    const live = await page.evaluate(
      () => document.querySelector("mmfs-stylizer")?.shadowRoot?.querySelector("video")?.srcObject,
    );
    expect(live).toBeNull();
  }, 120_000);

  it("takes a photo that is pasted or dropped", async () => {
    await place();
    const send = (type: "paste" | "drop") =>
      page.evaluate(async (name) => {
        const data = new DataTransfer();
        data.items.add(new File([await (await fetch("/me.png")).blob()], "me.png", { type: "image/png" }));
        const element = document.querySelector("mmfs-stylizer");
        const isPaste = name === "paste";
        const target = isPaste ? element : element?.shadowRoot?.querySelector("[part=drop]");
        const options = { bubbles: true, cancelable: true };
        target?.dispatchEvent(
          isPaste
            ? new ClipboardEvent(name, { clipboardData: data, ...options })
            : new DragEvent(name, { dataTransfer: data, ...options }),
        );
      }, type);
    await send("paste");
    await results(1);
    await send("drop");
    await results(2);
  }, 120_000);

  it.each(["light", "dark"] as const)(
    "has no serious fault of accessibility in the %s, and is used by keys alone",
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(() => {
        document.documentElement.style.colorScheme = "light dark";
      });
      await place();
      const faults = async () => {
        const { violations } = await page.evaluate(() =>
          (
            window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> } }
          ).axe.run(),
        );
        const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        return serious.map(({ id }) => id);
      };
      await page.addScriptTag({ url: "/axe.js" });
      expect(await faults()).toEqual([]);
      await choosePhoto();
      await results(1);
      expect(await faults()).toEqual([]);
      const focused: (string | null | undefined)[] = [];
      for (let i = 0; i < 8; i += 1) {
        await page.keyboard.press("Tab");
        focused.push(
          await page.evaluate(() => {
            const active = document.activeElement?.shadowRoot?.activeElement as HTMLInputElement | undefined;
            return active?.getAttribute("part") ?? active?.type;
          }),
        );
      }
      expect(focused).toEqual(["compare", "file", "camera", "styles", "prompt", "file", "strength", "save"]);
      if (process.env.MMFS_SCREENSHOTS) {
        await page.getByLabel("Before and after").fill("40");
        await page.screenshot({
          path: join(process.env.MMFS_SCREENSHOTS, `element-${colorScheme}.png`),
          fullPage: true,
        });
      }
    },
    120_000,
  );
});
