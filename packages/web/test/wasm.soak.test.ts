import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { type App, STRICT_POLICY, serveApp } from "@mmfs/testing/serve-app";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { largestDifference, TELL, type Told } from "./in-page.js";
import { nodePicture, PHOTO } from "./node-picture.js";

let app: App;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  app = await serveApp(import.meta.url);
  app.files.set("/photo.png", PHOTO);
  browser = await launchChromium();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});
beforeEach(async () => {
  if (chromiumPath === undefined) return;
  app.headers = {};
  app.answer = () => false;
  page = await open();
});
afterEach(() => page?.context().close());

/** A page with an empty cache. */
async function open(): Promise<Page> {
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(app.origin);
  await fresh.waitForFunction("window.mmfs");
  await fresh.evaluate(TELL);
  return fresh;
}

const STYLIZER = `await mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", device: "wasm" })`;

describe.skipIf(chromiumPath === undefined)("the default bundle on WebAssembly", () => {
  it("gives the picture of Node's CPU, to 2 of 255, whole and of faces, for presets, seeds and strengths, in a worker", async () => {
    const all = [
      // Without a number, how much is painted depends on the device.
      { style: { seed: 7 }, megapixels: 0.5 },
      { strength: 0.2, faces: "none" as const, megapixels: 0.2 },
      { strength: 0.4, seed: 5, surroundings: "photo" as const },
      { output: "crop" as const },
      { surroundings: "toned" as const, resolution: "live" as const },
    ];
    const told = await page.evaluate<Told[]>(`(async () => {
      const stylizer = ${STYLIZER};
      const results = await Promise.all(${JSON.stringify(all)}.map((options) => stylizer.stylize("/photo.png", options)));
      await stylizer.dispose();
      return results.map(tell);
    })()`);
    for (const [i, options] of all.entries()) {
      expect(told[i]).toMatchObject({ device: "wasm", facesFound: options.faces === "none" ? 0 : 1 });
      expect(largestDifference(told[i] ?? expect.fail(), await nodePicture(options))).toBeLessThanOrEqual(2);
    }
    expect(told[0]?.warnings).toEqual([expect.stringMatching(/one thread.*Cross-Origin-Opener-Policy/)]);
  }, 120_000);

  it("computes with several threads in a page that is cross-origin isolated, under a strict policy", async () => {
    app.headers = {
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "content-security-policy": STRICT_POLICY,
    };
    const isolated = await open();
    // Playwright itself evaluates strings, which the policy forbids in the page's own world.
    const told = await isolated.evaluate(async () => {
      const stylizer = await window.mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", threads: 2 });
      const { warnings, device } = await stylizer.stylize("/photo.png", { output: "crop" });
      await stylizer.dispose();
      return { warnings, device, isolated: crossOriginIsolated };
    });
    expect(told).toEqual({ warnings: [], device: "wasm", isolated: true });
    await isolated.context().close();
  }, 120_000);

  it("takes every kind of input, and gives bitmap, ImageData and files", async () => {
    const told = await page.evaluate<Record<string, unknown>>(`(async () => {
      const stylizer = ${STYLIZER};
      const blob = await (await fetch("/photo.png")).blob();
      const image = Object.assign(new Image(), { src: "/photo.png" });
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
      canvas.getContext("2d").drawImage(image, 0, 0);
      const { width, height, data: rgba } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const inputs = {
        blob, image, canvas,
        file: new File([blob], "me.png"),
        buffer: await blob.arrayBuffer(),
        bytes: new Uint8Array(await blob.arrayBuffer()),
        bitmap: await createImageBitmap(blob),
        pixels: canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height),
        plain: { width, height, data: new Uint8Array(rgba) },
        ndarray: { data: rgba, shape: [height, width, 4], stride: [4 * width, 4, 1], offset: 0 },
        url: new URL("/photo.png", location.href),
        frame: new VideoFrame(canvas, { timestamp: 0 }),
      };
      const quick = { surroundings: "photo", resolution: "live" };
      const first = await stylizer.stylize("/photo.png", quick);
      const same = {};
      for (const [name, input] of Object.entries(inputs)) {
        const { data } = await stylizer.stylize(input, quick);
        same[name] = data.every((byte, i) => Math.abs(byte - first.data[i]) <= (name === "frame" ? 3 : 0));
      }
      const decoded = await createImageBitmap(await first.toBlob("png"));
      const shown = new OffscreenCanvas(first.width, first.height).getContext("2d");
      shown.drawImage(first.bitmap, 0, 0);
      const bitmap = shown.getImageData(0, 0, first.width, first.height).data.every((byte, i) => byte === first.data[i]);
      const types = await Promise.all(["png", "jpeg", "webp"].map(async (format) => (await first.toBlob(format)).type));
      const codes = [
        await failure(stylizer.stylize(new Blob(["<svg xmlns='http://www.w3.org/2000/svg'/>"]))),
        await failure(stylizer.stylize("/missing.png")),
        await failure(stylizer.stylize({})),
        await failure(stylizer.stylize({ width: 2, height: 2, data: new Uint8ClampedArray(12) })),
        await failure(stylizer.stylize("http://127.0.0.1:1/photo.png")),
      ];
      await stylizer.dispose();
      codes.push(await failure(stylizer.stylize(blob)));
      return { same, size: [decoded.width, decoded.height], bitmap, types, codes };
    })()`);
    expect(Object.values(told.same as object)).toEqual(Array(12).fill(true));
    expect(told).toMatchObject({
      size: [512, 512],
      bitmap: true,
      types: ["image/png", "image/jpeg", "image/webp"],
      codes: [
        "UNSUPPORTED_IMAGE",
        "DOWNLOAD_FAILED",
        "INVALID_ARGUMENT",
        "INVALID_ARGUMENT",
        "DOWNLOAD_FAILED",
        "DISPOSED",
      ],
    });
  }, 120_000);

  it("refuses a picture above maxPixels by its header, and turns one upright by its EXIF as Node does", async () => {
    // A header of 60000 × 60000 pixels with nothing behind it: decoding it would fail in another way.
    const bomb = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toBuffer();
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    app.files.set("/bomb.png", bomb);
    const sideways = new Uint8Array(
      await sharp(PHOTO).rotate(-90).withExif({}).withMetadata({ orientation: 6 }).png().toBuffer(),
    );
    app.files.set("/sideways.png", sideways);
    const told = await page.evaluate<{ code: string; told: Told }>(`(async () => {
      const stylizer = ${STYLIZER};
      const code = await failure(stylizer.stylize("/bomb.png"));
      const result = tell(await stylizer.stylize("/sideways.png", { surroundings: "photo" }));
      await stylizer.dispose();
      return { code, told: result };
    })()`);
    expect(told.code).toBe("IMAGE_TOO_LARGE");
    expect(told.told.facesFound).toBe(1);
    expect(
      largestDifference(told.told, await nodePicture({ photo: sideways, surroundings: "photo" })),
    ).toBeLessThanOrEqual(2);
  }, 120_000);

  it("ends at an abort in any stage, and the next call works", async () => {
    const told = await page.evaluate(`(async () => {
      const stylizer = ${STYLIZER};
      const names = [];
      for (const stage of ["decode", "map", "detect", "align", "encode", "stylize", "composite"]) {
        const controller = new AbortController();
        const onProgress = (event) => event.stage === stage && controller.abort();
        // Another size each time, so that nothing is known that the call before went on to compute.
        const megapixels = 0.1 + 0.01 * names.length;
        names.push(await failure(stylizer.stylize("/photo.png", { signal: controller.signal, onProgress, megapixels })));
      }
      const { facesFound } = await stylizer.stylize("/photo.png", { output: "crop" });
      await stylizer.dispose();
      return { names, facesFound };
    })()`);
    expect(told).toEqual({ names: Array(7).fill("AbortError"), facesFound: 1 });
  }, 120_000);

  it("computes the same in the page itself, where it is asked to", async () => {
    const told = await page.evaluate(`(async () => {
      const inPage = await mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", worker: false });
      const inWorker = ${STYLIZER};
      const pictures = [];
      for (const stylizer of [inPage, inWorker]) {
        const tiles = [];
        const options = { megapixels: 0.1, onTile: ({ picture }) => tiles.push(picture.data.length) };
        pictures.push({ ...(await stylizer.stylize("/photo.png", options)), tiles: String(tiles) });
        await stylizer.dispose();
      }
      const [a, b] = pictures;
      return a.tiles !== "" && a.tiles === b.tiles && String(a.data) === String(b.data);
    })()`);
    expect(told).toBe(true);
  }, 120_000);

  it("says that there is no WebGPU where it is asked for", async () => {
    const code = await page.evaluate(`(async () => {
      const stylizer = await mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", device: "webgpu" });
      return failure(stylizer.stylize("/photo.png", { output: "crop" }));
    })()`);
    expect(code).toBe("DEVICE_UNAVAILABLE");
  }, 120_000);
});

describe.skipIf(chromiumPath === undefined)("the cache", () => {
  const bundle = `{ bundle: "/bundle/" }`;

  it("keeps a bundle, works offline, repairs damage, and is cleared", async () => {
    const before = await page.evaluate(`(async () => {
      const events = [];
      const empty = await mmfs.isCached(${bundle});
      await mmfs.preload({ bundle: "/bundle/", onProgress: (event) => events.push(event) });
      const last = Object.fromEntries(events.map(({ file, loaded, total }) => [file, loaded === total]));
      return { empty, kept: await mmfs.isCached(${bundle}), last };
    })()`);
    expect(before).toMatchObject({ empty: false, kept: true, last: { "encoder.onnx": true, "decoder.onnx": true } });

    app.answer = (request, response) => {
      if (!request.url?.startsWith("/bundle/")) return false;
      response.socket?.destroy();
      return true;
    };
    const offline = await page.evaluate(`(async () => {
      const stylizer = ${STYLIZER};
      return (await stylizer.stylize("/photo.png", { output: "crop" })).facesFound;
    })()`);
    expect(offline).toBe(1);

    app.answer = () => false;
    app.log.length = 0;
    const repaired = await page.evaluate(`(async () => {
      const cache = await caches.open("mmfs-bundles-1");
      for (const request of await cache.keys()) {
        if (request.url.includes("sha256")) await cache.put(request, new Response(new Uint8Array(1000)));
      }
      const damaged = await mmfs.isCached(${bundle});
      const stylizer = ${STYLIZER};
      const { facesFound } = await stylizer.stylize("/photo.png", { style: { seed: 1 }, output: "crop" });
      // a picture in a random style needs no towers, which stay damaged until something needs them
      const afterPicture = await mmfs.isCached(${bundle});
      await mmfs.preload({ bundle: "/bundle/" });
      const afterPreload = await mmfs.isCached(${bundle});
      await mmfs.clearCache();
      return { damaged, facesFound, afterPicture, afterPreload, cleared: await mmfs.isCached(${bundle}) };
    })()`);
    expect(repaired).toEqual({
      damaged: false,
      facesFound: 1,
      afterPicture: false,
      afterPreload: true,
      cleared: false,
    });
    expect(app.log.filter((path) => path === "/bundle/encoder.onnx")).toHaveLength(1);
  }, 120_000);

  it.each([
    ["an HTML page for the model", "MODEL_DOWNLOAD", "html"],
    ["a download cut short", "MODEL_DOWNLOAD", "cut"],
    ["other bytes", "MODEL_INTEGRITY", "other"],
  ])(
    "refuses %s, and the next call works",
    async (_name, code, kind) => {
      app.answer = (request, response) => {
        if (!request.url?.endsWith("/encoder.onnx")) return false;
        if (kind === "html")
          response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>app</title>");
        else if (kind === "other") response.writeHead(200).end(Buffer.alloc(1000));
        else {
          response.writeHead(200, { "content-length": 1000 }).write(Buffer.alloc(10));
          setTimeout(() => response.destroy(), 50);
        }
        return true;
      };
      await page.evaluate(`(async () => { globalThis.stylizer = ${STYLIZER}; })()`);
      expect(await page.evaluate(`failure(stylizer.stylize("/photo.png", { output: "crop" }))`)).toBe(code);
      app.answer = () => false;
      expect(await page.evaluate(`failure(stylizer.stylize("/photo.png", { output: "crop" }))`)).toBe("none");
    },
    120_000,
  );
});
