import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { groupByTag, parseStyleCode } from "@mmfs/core";
import { parseManifest, parsePresets } from "@mmfs/core/internal";
import { bundleUrl } from "@mmfs/model-mini";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { PORTRAIT } from "@mmfs/testing/photos";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveStudio } from "../scripts/serve.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

const { network } = parseManifest(await readFile(new URL("mmfs.json", bundleUrl)), "model-mini");
const { presets } = parsePresets(await readFile(new URL("presets.json", bundleUrl)), network, "model-mini");
const FIRST_PRESET = presets[0]?.name ?? "";

/** Of the portrait that most tests take: small, so that it is soon painted whole. */
const SIDE = 256;

let folder: string;
let portrait: string;
let server: Awaited<ReturnType<typeof serveStudio>>;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  folder = await mkdtemp(join(tmpdir(), "mmfs-studio-"));
  portrait = join(folder, "astronaut.jpg");
  await sharp(PORTRAIT).resize(SIDE, SIDE).jpeg({ quality: 95 }).toFile(portrait);
  const still = await sharp(PORTRAIT).resize(480, 480).jpeg().toBuffer();
  await writeFile(join(folder, "camera.mjpeg"), Buffer.concat(Array(30).fill(still)));
  server = await serveStudio(0);
  browser = await launchChromium({ cameraFile: join(folder, "camera.mjpeg") });
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** A first visit. */
async function visit(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  // What is saved may be painted first, on two cores that others use as well.
  page.setDefaultTimeout(60_000);
  await page.goto(server.origin);
  return page;
}

const choosePhoto = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  page.locator("input[type=file]").first().setInputFiles(file);

/** Drops a file as the hand would. */
async function drop(page: Page, selector: string, path: string, type: string): Promise<void> {
  const bytes = (await readFile(path)).toString("base64");
  const transfer = await page.evaluateHandle(
    async ([data, mime]) => {
      const binary = Uint8Array.from(atob(data ?? ""), (char) => char.charCodeAt(0));
      const given = new DataTransfer();
      given.items.add(new File([binary], "dropped.jpg", { type: mime ?? "" }));
      return given;
    },
    [bytes, type],
  );
  await page.dispatchEvent(selector, "dragover", { dataTransfer: transfer });
  await page.dispatchEvent(selector, "drop", { dataTransfer: transfer });
}

/** Pastes a file as Ctrl-V does. */
async function paste(page: Page, path: string, type: string): Promise<void> {
  const bytes = (await readFile(path)).toString("base64");
  await page.evaluate(
    ([data, mime]) => {
      const clipboardData = new DataTransfer();
      const binary = Uint8Array.from(atob(data ?? ""), (char) => char.charCodeAt(0));
      clipboardData.items.add(new File([binary], "pasted.jpg", { type: mime ?? "" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    [bytes, type],
  );
}

const styleFile = async (path: string) => ({
  name: "mine.style",
  mimeType: "application/json",
  buffer: await readFile(path),
});

const painted = (page: Page) => page.locator(".picture[aria-busy=false] .wipe").waitFor({ timeout: 60_000 });

/** The mean of each colour of a canvas, to tell pictures apart. */
const look = (page: Page, selector = ".after") =>
  page
    .locator(selector)
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let hash = 0;
      for (const byte of data) hash = (Math.imul(hash, 31) + byte) | 0;
      return hash;
    });

/** Waits until the large picture is another one. */
async function changed(page: Page, from: number): Promise<number> {
  await expect.poll(() => look(page), { timeout: 20_000 }).not.toBe(from);
  await painted(page);
  return look(page);
}

async function seriousFaults(page: Page): Promise<string[]> {
  // The policy forbids scripts that are injected as text; the debugger's protocol runs them all the same.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: await readFile(AXE, "utf8") });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run().then(({ violations }) => violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" | ")))`,
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value;
}

const isTooWide = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

describe.skipIf(chromiumPath === undefined)("the studio", () => {
  it("paints a photo that is dropped, in presets, words, a painting, by chance, and in mixtures", async () => {
    const page = await visit();
    const strangers: string[] = [];
    page.on("request", (request) => {
      if (!/^(blob:|data:)/.test(request.url()) && new URL(request.url()).origin !== server.origin)
        strangers.push(request.url());
    });
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));

    await drop(page, "main", portrait, "image/jpeg");
    await painted(page);
    await expect.poll(() => page.getByRole("status").first().textContent()).toMatch(/\d s on your processor .*MB/);
    await expect.poll(() => page.locator(".mat.is-painted").count(), { timeout: 30_000 }).toBeGreaterThan(10);
    let seen = await look(page);
    const headings = await page.locator(".gallery h2").allTextContents();
    expect(headings).toEqual(groupByTag(presets).map(({ tag }) => tag));

    await page.getByRole("button", { name: "charcoal", exact: true }).click();
    seen = await changed(page, seen);

    const photo = await look(page, ".picture canvas");
    await page.getByLabel("Strength").fill("0");
    expect(await changed(page, seen)).toBe(photo);
    await page.getByLabel("Strength").fill("1");
    seen = await changed(page, photo);

    for (const extent of ["toned", "faces"]) {
      await page.getByLabel("What is painted").selectOption(extent);
      seen = await changed(page, seen);
    }
    await page.getByLabel("Keep the photo’s colours").check();
    seen = await changed(page, seen);

    await page.getByLabel("Describe a style").fill("graphite drawing");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /graphite drawing/, pressed: true }).waitFor();
    seen = await changed(page, seen);

    await page.getByLabel("Describe a style").fill("бвгд");
    await page.keyboard.press("Enter");
    await page.getByText("None of these words is known here").waitFor();

    const painting = join(folder, "painting.png");
    await sharp({ create: { width: 64, height: 64, channels: 3, background: "#2b50c8" } })
      .png()
      .toFile(painting);
    await drop(page, ".reference", painting, "image/png");
    await page.getByRole("button", { name: /dropped/, pressed: true }).waitFor();
    seen = await changed(page, seen);

    await page.getByRole("button", { name: "Surprise me" }).click();
    await page.getByRole("button", { name: /No\. \d+/, pressed: true }).waitFor();
    seen = await changed(page, seen);

    await page.getByRole("button", { name: "Mix with a second style" }).click();
    await page.getByRole("button", { name: "pop art", exact: true }).click();
    seen = await changed(page, seen);
    await page.getByLabel("Share of pop art").fill("1");
    seen = await changed(page, seen);
    await page.getByRole("radiogroup", { name: "Colour and grain from" }).getByLabel("First").check({ force: true });
    await changed(page, seen);

    const wipe = page.getByLabel("Before and after");
    await wipe.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
    expect(await wipe.inputValue()).toBe("3");

    expect(await seriousFaults(page)).toEqual([]);
    expect(await isTooWide(page)).toBe(false);
    expect(strangers).toEqual([]);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 240_000);

  it("saves pictures with all pixels of the photo, and styles that @mmfs/core reads and the next visit still has", async () => {
    const page = await visit();
    const large = await sharp(PORTRAIT).resize(1500, 1500).jpeg().toBuffer();
    await choosePhoto(page, { name: "large.jpg", mimeType: "image/jpeg", buffer: large });
    await painted(page);
    const before = await sharp(large).raw().toBuffer();
    for (const format of ["png", "jpeg", "webp"] as const) {
      await page.getByLabel("File format").selectOption(format);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Download" }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(/^large - .*\.(png|jpg|webp)$/);
      const file = await sharp(await download.path()).metadata();
      expect(file).toMatchObject({ width: 1500, height: 1500, format });
      const after = await sharp(await download.path())
        .removeAlpha()
        .raw()
        .toBuffer();
      const at = (x: number, y: number) => 3 * (1500 * y + x);
      const differences = (x: number, y: number) =>
        Array.from({ length: 60 }, (_, i) => Math.abs((after[at(x + i, y)] ?? 0) - (before[at(x + i, y)] ?? 0)));
      // Far from the face, which is at the first place, the lower left corner is that of the photo only where faces alone are painted.
      expect(Math.max(...differences(640, 330))).toBeGreaterThan(20);
      if (format === "png") expect(Math.max(...differences(30, 1450))).toBeGreaterThan(20);
      else expect(Math.max(...differences(30, 1450))).toBeLessThan(20);
      if (format !== "png") continue;
      const whole = await look(page);
      await page.getByLabel("What is painted").selectOption("faces");
      await changed(page, whole);
    }

    await page.getByLabel("What to save").selectOption("face");
    const [square] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    const side = network.resolution.default;
    expect(await sharp(await square.path()).metadata()).toMatchObject({ width: side, height: side, format: "webp" });

    const [exported] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export" }).click(),
    ]);
    expect(exported.suggestedFilename()).toBe(`${FIRST_PRESET}.style`);
    const code = parseStyleCode(await readFile(await exported.path(), "utf8"));
    expect(code).toMatchObject({ layers: 10, dim: 256, origin: { type: "preset", name: FIRST_PRESET } });

    await page.getByRole("button", { name: "Keep style" }).click();
    await page.locator(".kind", { hasText: "saved" }).waitFor();
    await page.reload();
    await choosePhoto(page, portrait);
    await page.locator(".kind", { hasText: "saved" }).waitFor();
    const imports = page.locator("input[accept='.style,.json']");
    await imports.setInputFiles({ name: "broken.style", mimeType: "", buffer: Buffer.from("{}") });
    await page.getByText("This file holds no style that fits").waitFor();

    await painted(page);
    const first = await look(page);
    await page.getByRole("button", { name: "pop art", exact: true }).click();
    await changed(page, first);
    await imports.setInputFiles(await exported.path().then((path) => styleFile(path)));
    await page.getByRole("button", { name: /mine/, pressed: true }).waitFor();
    await expect.poll(() => look(page), { timeout: 20_000 }).toBe(first);
    await page.context().close();
  }, 240_000);

  it("paints people alone, and cuts them out", async () => {
    const page = await visit();
    await choosePhoto(page, portrait);
    await painted(page);
    const whole = await look(page);
    await page.getByLabel("What is painted").selectOption("people");
    const people = await changed(page, whole);
    await page.getByLabel("Cut out, transparent").check();
    await changed(page, people);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    const { data } = await sharp(await download.path())
      .raw()
      .toBuffer({ resolveWithObject: true });
    const alpha = (x: number, y: number) => data[4 * (SIDE * y + x) + 3];
    // Beside her and on her.
    expect([alpha(150, 30), alpha(110, 60)]).toEqual([0, 255]);
    await page.context().close();
  }, 120_000);

  it("shows a sketch while the strength moves, and the fine painting when it rests", async () => {
    const page = await visit();
    await choosePhoto(page, portrait);
    await painted(page);
    const looks = await page.evaluate(async () => {
      const canvas = document.querySelector<HTMLCanvasElement>(".after");
      const slider = document.querySelector<HTMLInputElement>(".adjust input[type=range]");
      const isBusy = () => document.querySelector(".picture")?.getAttribute("aria-busy") === "true";
      const seen: { picture: string; isBusy: boolean }[] = [];
      const end = performance.now() + 40_000;
      for (let i = 0; performance.now() < end; i++) {
        if (slider && i < 3) {
          slider.value = String(0.9 - i / 10);
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
        const picture = canvas?.toDataURL() ?? "";
        if (picture !== seen.at(-1)?.picture) seen.push({ picture, isBusy: isBusy() });
        if (i > 6 && !isBusy()) break;
      }
      return seen.map(({ isBusy }) => ({ isBusy }));
    });
    // What was there, at least one sketch, the painting; perhaps tiles of it between them.
    expect(looks.length).toBeGreaterThanOrEqual(3);
    expect(looks[1]?.isBusy).toBe(true);
    // The sketch stood while it was busy; what came last, another picture, is the painting.
    expect(looks.at(-1)?.isBusy).toBe(false);
    await page.context().close();
  }, 120_000);

  it("takes a photo from the clipboard, and shares what it made of it", async () => {
    const page = await visit();
    await page.addInitScript(() => {
      const shared: File[] = [];
      Object.assign(window, { shared });
      navigator.canShare = ({ files } = {}) => files !== undefined;
      navigator.share = async ({ files } = {}) => {
        shared.push(...(files ?? []));
      };
    });
    await page.reload();
    await paste(page, portrait, "image/jpeg");
    await painted(page);
    await page.getByLabel("File format").selectOption("jpeg");
    await page.getByRole("button", { name: "Share" }).click();
    await expect.poll(() => page.evaluate("shared.length")).toBe(1);
    const { type, name, bytes } = await page.evaluate<{ type: string; name: string; bytes: number[] }>(
      "shared[0].arrayBuffer().then((data) => ({ type: shared[0].type, name: shared[0].name, bytes: [...new Uint8Array(data)] }))",
    );
    expect([type, name]).toEqual(["image/jpeg", `pasted - ${FIRST_PRESET}.jpg`]);
    expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({ width: SIDE, height: SIDE, format: "jpeg" });
    await page.context().close();
  }, 120_000);

  it("has no button to share where the browser cannot", async () => {
    const page = await visit();
    await choosePhoto(page, portrait);
    await painted(page);
    expect(await page.getByRole("button", { name: "Share" }).count()).toBe(0);
    await page.context().close();
  }, 120_000);

  it("stops a download that is cancelled, and begins it again for the next photo", async () => {
    const page = await visit({ serviceWorkers: "block" });
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/decoder*.onnx", async (route) => {
      await released;
      await route.continue().catch(() => {});
    });
    await choosePhoto(page, portrait);
    await page.getByText("Painting…").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.getByRole("alert").first().isVisible()).toBe(false);
    release();
    await choosePhoto(page, portrait);
    await painted(page);
    await page.context().close();
  }, 120_000);

  it("goes on after its worker was killed", async () => {
    const page = await visit();
    await choosePhoto(page, portrait);
    await painted(page);
    await expect.poll(() => page.locator(".mat.is-painted").count(), { timeout: 60_000 }).toBe(presets.length);
    const seen = await look(page);
    await Promise.all(page.workers().map((worker) => worker.evaluate("self.close()").catch(() => {})));
    await expect
      .poll(
        async () => {
          await page.getByRole("button", { name: "charcoal", exact: true }).click();
          return look(page);
        },
        { timeout: 30_000, interval: 2000 },
      )
      .not.toBe(seen);
    await painted(page);
    await page.context().close();
  }, 240_000);

  it("leaves faces as they are that are tapped", async () => {
    const page = await visit();
    const one = await sharp(PORTRAIT).resize(400, 400).toBuffer();
    const two = await sharp({ create: { width: 800, height: 400, channels: 3, background: "#888" } })
      .composite([
        { input: one, left: 0, top: 0 },
        { input: one, left: 400, top: 0 },
      ])
      .png()
      .toBuffer();
    await choosePhoto(page, { name: "two.png", mimeType: "image/png", buffer: two });
    await painted(page);
    const whole = await look(page);
    expect(await page.getByRole("button", { name: "Face 2" }).count()).toBe(0);
    await page.getByLabel("What is painted").selectOption("toned");
    const all = await changed(page, whole);
    await page.getByRole("button", { name: "Face 2" }).click();
    expect(await page.getByRole("button", { name: "Face 2" }).getAttribute("aria-pressed")).toBe("false");
    const some = await changed(page, all);
    // The last face cannot be left out: nothing would be painted.
    await page.getByRole("button", { name: "Face 1" }).click();
    expect(await page.getByRole("button", { name: "Face 1" }).getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "Face 2" }).click();
    expect(await changed(page, some)).toBe(all);
    await page.context().close();
  }, 120_000);

  it("says in plain words what is wrong with a photo", async () => {
    const page = await visit();
    await choosePhoto(page, { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no picture") });
    await page.getByRole("alert").getByText("not a picture that this browser can read").waitFor();
    const drawn = await sharp({ create: { width: 200, height: 200, channels: 3, background: "#7a9" } })
      .png()
      .toBuffer();
    await choosePhoto(page, { name: "wall.png", mimeType: "image/png", buffer: drawn });
    await painted(page);
    await page.getByText("No face was found: the whole picture is painted").waitFor();
    expect(await page.getByRole("alert").first().isVisible()).toBe(false);
    expect(await page.getByLabel("What to save").count()).toBe(0);
    await expect.poll(() => page.locator(".mat.is-painted").count(), { timeout: 30_000 }).toBeGreaterThan(1);
    // No browser could decode it: the header alone says that it is too large.
    const huge = Buffer.from(drawn);
    huge.writeUInt32BE(60_000, 16);
    huge.writeUInt32BE(60_000, 20);
    await choosePhoto(page, { name: "huge.png", mimeType: "image/png", buffer: huge });
    await page.getByRole("alert").getByText("more than 64 million pixels").waitFor();
    await choosePhoto(page, portrait);
    await painted(page);
    expect(await page.getByRole("alert").first().isVisible()).toBe(false);
    await page.context().close();
  }, 120_000);

  it("works without a network after the first picture, words included", async () => {
    const page = await visit();
    await choosePhoto(page, portrait);
    await page.getByText("works offline").waitFor({ timeout: 40_000 });
    await page.context().setOffline(true);
    await page.reload();
    await choosePhoto(page, portrait);
    await painted(page);
    const seen = await look(page);
    await page.getByLabel("Describe a style").fill("watercolor in blue");
    await page.keyboard.press("Enter");
    await changed(page, seen);
    await page.context().close();
  }, 240_000);

  it("paints what the camera sees, and takes a photo of it", async () => {
    const page = await visit({ permissions: ["camera"] });
    await page.addInitScript(() => {
      const tracks: MediaStreamTrack[] = [];
      Object.assign(window, { tracks });
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        tracks.push(...stream.getTracks());
        return stream;
      };
    });
    await page.reload();
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByText("pictures a second").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Take the photo" }).click();
    await painted(page);
    expect(await page.locator("video").count()).toBe(0);
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByText("pictures a second").waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(await page.evaluate("tracks.map((track) => track.readyState)")).toEqual(["ended", "ended"]);
    await page.context().close();
  }, 120_000);

  it.each(["light", "dark"] as const)(
    "fits a phone in the %s, without serious faults of access",
    async (colorScheme) => {
      const page = await visit({ ...PHONE, colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
      await choosePhoto(page, portrait);
      await painted(page);
      expect(await seriousFaults(page)).toEqual([]);
      expect(await isTooWide(page)).toBe(false);
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(ground).toBe(colorScheme === "dark" ? "rgb(22, 23, 24)" : "rgb(241, 241, 240)");
      await page.context().close();
    },
    120_000,
  );
});
