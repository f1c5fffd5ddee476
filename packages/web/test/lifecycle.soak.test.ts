import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { GROUP } from "@mmfs/testing/photos";
import { type App, serveApp } from "@mmfs/testing/serve-app";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import type { Browser, CDPSession, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largestDifference, TELL, type Told } from "./in-page.js";
import { nodePicture, PHOTO } from "./node-picture.js";

const GROUP_PNG = new Uint8Array(await sharp(GROUP).png().toBuffer());

let app: App;
let browser: Browser;
let page: Page;
let toy: Awaited<ReturnType<typeof makeToyBundle>>;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  toy = await makeToyBundle();
  app = await serveApp(import.meta.url);
  for (const name of await readdir(toy.folder)) app.files.set(`/toy/${name}`, await readFile(join(toy.folder, name)));
  app.files.set("/photo.png", PHOTO);
  app.files.set("/group.png", GROUP_PNG);
  app.files.set("/small.png", new Uint8Array(await sharp(PHOTO).resize(160, 160).png().toBuffer()));
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await toy?.remove();
});
beforeEach(async () => {
  if (chromiumPath === undefined) return;
  const context = await browser.newContext();
  page = await context.newPage();
  await page.goto(app.origin);
  await page.waitForFunction("window.mmfs");
  await page.evaluate(TELL);
});
afterEach(() => page?.context().close());

const STYLIZER = `await mmfs.createStylizer({ bundle: "/toy/", runtimeUrl: "/ort/", device: "wasm" })`;

/** Bytes that the page and its workers hold, after a garbage collection. */
async function heapBytes(client: CDPSession): Promise<number> {
  await client.send("HeapProfiler.collectGarbage");
  // Of the whole process: WebAssembly's memory and pixels are no part of the heap of JavaScript.
  return page.evaluate<number>("performance.measureUserAgentSpecificMemory().then(({ bytes }) => bytes)");
}

describe.skipIf(chromiumPath === undefined)("the life of a stylizer", () => {
  it("stylizes several faces, all or those that are named", async () => {
    const told = await page.evaluate<Told[]>(`(async () => {
      const stylizer = ${STYLIZER};
      const calls = ["all", [0, 2]].map((faces) => stylizer.stylize("/group.png", { style: "stripes", faces, surroundings: "photo" }));
      const results = await Promise.all(calls);
      await stylizer.dispose();
      return results.map(tell);
    })()`);
    const options = { bundle: toy.folder, photo: GROUP_PNG, style: "stripes", surroundings: "photo" as const };
    expect(told[0]?.facesFound).toBe(4);
    for (const [i, faces] of (["all", [0, 2]] as const).entries()) {
      const expected = await nodePicture({ ...options, faces });
      expect(largestDifference(told[i] ?? expect.fail(), expected)).toBeLessThanOrEqual(2);
    }
  }, 120_000);

  it("gives the tiles of a painting before the painting: the face first, and all of it once", async () => {
    const told = await page.evaluate(`(async () => {
      const stylizer = ${STYLIZER};
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext("2d");
      const events = [];
      let covered = 0;
      const onTile = (tile) => {
        if (events.length === 0) [canvas.width, canvas.height] = [tile.width, tile.height];
        events.push(tile);
        covered += tile.picture.width * tile.picture.height;
        mmfs.drawTile(context, tile);
      };
      const options = { style: "stripes", size: "painting", resolution: 400, megapixels: 1, onTile };
      const result = await stylizer.stylize("/photo.png", options);
      events.push("result");
      await stylizer.dispose();
      const { data, width, height, painting, faces } = result;
      const drawn = context.getImageData(0, 0, width, height).data;
      const [{ picture, x, y }] = events;
      const place = { x: faces[0].crop.center.x * painting.scale, y: faces[0].crop.center.y * painting.scale };
      return {
        tiles: events.length - 1,
        last: events.at(-1),
        isSized: canvas.width === painting.width && canvas.height === painting.height,
        isCovered: covered === width * height,
        isSame: drawn.every((byte, i) => byte === data[i]),
        isFaceFirst:
          place.x >= x && place.y >= y && place.x < x + picture.width && place.y < y + picture.height,
      };
    })()`);
    const always = { last: "result", isSized: true, isCovered: true, isSame: true, isFaceFirst: true };
    expect(told).toMatchObject({ ...always, tiles: expect.any(Number) });
    expect((told as { tiles: number }).tiles).toBeGreaterThan(1);
  }, 120_000);

  it("answers calls in the order in which they came, however they end", async () => {
    const order = await page.evaluate(`(async () => {
      const stylizer = ${STYLIZER};
      const order = [];
      const controller = new AbortController();
      const calls = [{}, { style: "no such style" }, { signal: controller.signal }, { style: "speckles" }].map((options, i) =>
        failure(stylizer.stylize("/small.png", options)).then((code) => order.push(i + " " + code)));
      controller.abort();
      await Promise.all(calls);
      await stylizer.dispose();
      return order;
    })()`);
    expect(order).toEqual(["2 AbortError", "0 none", "1 STYLE_UNKNOWN", "3 none"]);
  }, 120_000);

  it("rejects what runs and what waits when it is disposed", async () => {
    const codes = await page.evaluate(`(async () => {
      const codes = [];
      for (const worker of [true, false]) {
        const stylizer = await mmfs.createStylizer({ bundle: "/toy/", runtimeUrl: "/ort/", device: "wasm", worker });
        await stylizer.preload();
        const disposal = Promise.withResolvers();
        const onProgress = (event) => event.stage === "encode" && disposal.resolve(stylizer.dispose());
        const calls = [stylizer.stylize("/photo.png", { onProgress }), stylizer.stylize("/small.png")].map(failure);
        codes.push(...(await Promise.all(calls)));
        await disposal.promise;
        await stylizer.dispose();
        codes.push(await failure(stylizer.stylize("/small.png")));
      }
      return codes;
    })()`);
    expect(codes).toEqual(Array(6).fill("DISPOSED"));
  }, 120_000);

  it("goes on with a new worker where one is killed, in the middle of a run or between two", async () => {
    const codes = await page.evaluate(`(async () => {
      const workers = [];
      const { Worker } = globalThis;
      globalThis.Worker = class extends Worker {
        constructor(...args) {
          super(...args);
          workers.push(this);
        }
      };
      const stylizer = ${STYLIZER};
      const codes = [];
      const onProgress = (event) => event.stage === "encode" && workers.at(-1).terminate();
      codes.push(await failure(stylizer.stylize("/photo.png", { onProgress })));
      codes.push(await failure(stylizer.stylize("/photo.png")));
      workers.at(-1).terminate();
      await new Promise((resolve) => setTimeout(resolve, 500));
      codes.push(await failure(stylizer.stylize("/photo.png")));
      await stylizer.dispose();
      return [...codes, workers.length];
    })()`);
    expect(codes).toEqual(["WORKER_FAILED", "none", "none", 3]);
  }, 120_000);

  it("holds no more memory after 200 runs than after 40", async () => {
    app.headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
    await page.reload();
    await page.waitForFunction("window.mmfs");
    const client = await page.context().newCDPSession(page);
    await page.evaluate(`(async () => {
      const blob = await (await fetch("/small.png")).blob();
      const { width, height } = await createImageBitmap(blob);
      const stylizer = ${STYLIZER};
      // Another photo each time, so that nothing comes from what is remembered.
      globalThis.run = async (from, to) => {
        for (let i = from; i < to; i += 1) {
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext("2d");
          context.drawImage(await createImageBitmap(blob), 0, 0);
          context.fillStyle = "rgb(" + i + " 0 0)";
          context.fillRect(0, 0, 4, 4);
          // Small, so that the features that are kept, up to a bound of their own, do not hide what is lost.
          await stylizer.stylize(canvas, { seed: i, megapixels: 0.02 });
        }
      };
    })()`);
    await page.evaluate("run(0, 40)");
    const early = await heapBytes(client);
    await page.evaluate("run(40, 200)");
    const late = await heapBytes(client);
    app.headers = {};
    console.log(`@mmfs/web: ${Math.round(early / 1e6)} MB after 40 runs, ${Math.round(late / 1e6)} MB after 200`);
    // Below one picture of each run.
    expect(late - early).toBeLessThan(16e6);
  }, 240_000);

  it("frees all in 20 cycles of making and disposing", async () => {
    const left = await page.evaluate<number>(`(async () => {
      for (let i = 0; i < 20; i += 1) {
        const stylizer = ${STYLIZER};
        await stylizer.stylize("/small.png", { megapixels: 0.1 });
        await stylizer.dispose();
      }
      return (await navigator.locks.query()).held.length;
    })()`);
    await expect.poll(() => page.workers().length, { timeout: 5000 }).toBe(0);
    expect(left).toBeLessThanOrEqual(1);
  }, 240_000);

  it("gives the picture, with a warning, where the browser has no room to keep the bundle", async () => {
    const client = await page.context().newCDPSession(page);
    await client.send("Storage.overrideQuotaForOrigin", { origin: app.origin, quotaSize: 1000 });
    const told = await page.evaluate<Told>(`(async () => {
      const stylizer = ${STYLIZER};
      const result = await stylizer.stylize("/photo.png", { style: "stripes", megapixels: 0.1 });
      await stylizer.dispose();
      return tell(result);
    })()`);
    expect(told.warnings).toContainEqual(expect.stringMatching(/keeps no copy of the bundle.*quota/i));
    const expected = await nodePicture({ bundle: toy.folder, style: "stripes", megapixels: 0.1 });
    expect(largestDifference(told, expected)).toBeLessThanOrEqual(2);
  }, 120_000);

  it("says of a picture of another site that the site has to allow it", async () => {
    const other = await serveApp(import.meta.url);
    other.files.set("/photo.png", PHOTO);
    const told = await page.evaluate<string[]>(
      `(async (url) => {
      const stylizer = ${STYLIZER};
      const explain = (error) => error.code + ": " + error.message;
      const image = Object.assign(new Image(), { src: url });
      await image.decode();
      const errors = [await stylizer.stylize(url).catch(explain), await stylizer.stylize(image).catch(explain)];
      await stylizer.dispose();
      return errors;
    })(${JSON.stringify(`${other.origin}/photo.png`)})`,
    );
    await other.close();
    expect(told).toEqual([
      expect.stringMatching(/^DOWNLOAD_FAILED: .*Access-Control-Allow-Origin/),
      expect.stringMatching(/^CROSS_ORIGIN_PICTURE: .*crossorigin/),
    ]);
  }, 120_000);
});
