import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { chromiumPath, launchChromium } from "@mmfs/testing/chromium";
import { type App, STRICT_POLICY, serveApp } from "@mmfs/testing/serve-app";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { largestDifference, TELL, type Told } from "./in-page.js";
import { nodePicture, PHOTO } from "./node-picture.js";

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
  browser = await launchChromium({ webGpu: true });
  page = await browser.newPage();
  await page.goto(app.origin);
  await page.waitForFunction("window.mmfs");
  await page.evaluate(TELL);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await toy?.remove();
});

describe.skipIf(chromiumPath === undefined)("WebGPU in software", () => {
  it("computes the picture of Node's CPU, to 2 of 255, in a worker, under jspi and a strict policy", async () => {
    // A worker has the policy that its own script comes with; Playwright could not evaluate strings under that of the page.
    app.headers = { "content-security-policy": STRICT_POLICY };
    const told = await page.evaluate<Told>(`(async () => {
      const stylizer = await mmfs.createStylizer({ bundle: "/toy/", runtimeUrl: "/ort/", device: "webgpu" });
      const both = await Promise.all([1, 1].map(() => stylizer.stylize("/photo.png", { style: "stripes", seed: 3, resolution: "live", surroundings: "photo" })));
      await stylizer.dispose();
      return tell(both[1]);
    })()`);
    const expected = await nodePicture({
      bundle: toy.folder,
      style: "stripes",
      seed: 3,
      resolution: "live",
      surroundings: "photo",
    });
    expect(told).toMatchObject({ device: "webgpu", facesFound: 1, warnings: [] });
    expect(largestDifference(told, expected)).toBeLessThanOrEqual(2);
    expect(app.log).toContain("/ort/ort-wasm-simd-threaded.jspi.wasm");
    app.headers = {};
  }, 120_000);

  it("is not what auto takes: it would be slower than WebAssembly", async () => {
    const device = await page.evaluate(`(async () => {
      const stylizer = await mmfs.createStylizer({ bundle: "/toy/", runtimeUrl: "/ort/", threads: 1 });
      const { device } = await stylizer.stylize("/photo.png", { resolution: "live", surroundings: "photo" });
      await stylizer.dispose();
      return device;
    })()`);
    expect(device).toBe("wasm");
  }, 60_000);

  it("goes on with a new device where one is lost, before and in the middle of a run", async () => {
    const told = await page.evaluate<{ devices: number; told: Told }>(`(async () => {
      const devices = [];
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await requestDevice.apply(this, args);
        devices.push(device);
        return device;
      };
      const stylizer = await mmfs.createStylizer({ bundle: "/toy/", runtimeUrl: "/ort/", device: "webgpu", worker: false });
      await stylizer.stylize("/photo.png", { style: { seed: 1 }, resolution: "live", surroundings: "photo" });
      devices.at(-1).destroy();
      await stylizer.stylize("/photo.png", { style: { seed: 2 }, resolution: "live", surroundings: "photo" });
      const running = stylizer.stylize("/photo.png", {
        style: "stripes",
        seed: 3,
        resolution: "live", surroundings: "photo",
        onProgress: (event) => event.type === "stage" && event.stage === "stylize" && devices.at(-1).destroy(),
      });
      const result = tell(await running);
      await stylizer.dispose();
      return { devices: devices.length, told: result };
    })()`);
    expect(told.devices).toBe(3);
    const expected = await nodePicture({
      bundle: toy.folder,
      style: "stripes",
      seed: 3,
      resolution: "live",
      surroundings: "photo",
    });
    expect(largestDifference(told.told, expected)).toBeLessThanOrEqual(2);
  }, 120_000);
});
