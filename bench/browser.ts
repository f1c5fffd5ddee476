/**
 * How long a visitor waits in Chromium: for the first picture (cold: nothing fetched; cached: the bundle is kept, the page is new; warm:
 * the second photo of a page) and for another style of the same photo; on WebAssembly with one and two threads, and on WebGPU.
 *
 *     npx tsx --conditions=@mmfs/source browser.ts [--runs 5] [--devices wasm,webgpu] [--software]
 *
 * `--software` measures WebGPU also where no graphics adapter is found, in SwiftShader on the CPU. The server is on this machine: bytes
 * arrive at once. Build first.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { launchChromium } from "@mmfs/testing/chromium";
import { serveApp } from "@mmfs/testing/serve-app";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";

const { values: given } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    devices: { type: "string", default: "wasm,webgpu" },
    software: { type: "boolean", default: false },
  },
});
const runs = Number(given.runs);
const devices = given.devices.split(",");

/** Milliseconds. */
interface Waits {
  cold: number;
  cached: number;
  warm: number;
  style: number;
}

const SIDE = 1000;
const portrait = await readFile(new URL("../docs/assets/astronaut.jpg", import.meta.url));
const app = await serveApp(import.meta.url);
for (const [index, brightness] of [1, 0.97].entries()) {
  const picture = sharp(portrait).resize(SIDE, SIDE).modulate({ brightness });
  app.files.set(`/photo-${index}.jpg`, new Uint8Array(await picture.jpeg({ quality: 92 }).toBuffer()));
}
// More threads than one need a page that is cross-origin isolated.
app.headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const { model } = cpus()[0] ?? { model: "unknown" };
console.log(`Chromium, ${SIDE} × ${SIDE} px JPEG, one face, median of ${runs} on ${cpus().length} × ${model}\n`);
console.log("| where | first picture, cold | cached | warm | another style |");
console.log("|---|---|---|---|---|");
try {
  if (devices.includes("wasm")) {
    const browser = await launchChromium();
    for (const threads of [1, 2]) {
      await report(`WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`, browser, {
        device: "wasm",
        threads,
      });
    }
    await browser.close();
  }
  if (devices.includes("webgpu")) await measureWebGpu();
} finally {
  await app.close();
}

async function measureWebGpu(): Promise<void> {
  const real = await launchChromium();
  const adapter = await nameOfAdapter(real);
  if (adapter !== undefined) await report(`WebGPU, ${adapter}`, real, { device: "webgpu" });
  await real.close();
  if (adapter !== undefined) return;
  if (!given.software) {
    console.log(
      "\nWebGPU was not measured: the browser found no graphics adapter here. --software measures it on the CPU.",
    );
    return;
  }
  const browser = await launchChromium({ webGpu: true });
  await report("WebGPU in software (SwiftShader), no GPU", browser, { device: "webgpu" });
  await browser.close();
}

async function nameOfAdapter(browser: Browser): Promise<string | undefined> {
  const page = await browser.newPage();
  await page.goto(app.origin);
  const name = await page.evaluate(async () => {
    const found = await navigator.gpu?.requestAdapter();
    return found ? `${found.info.vendor} ${found.info.architecture} ${found.info.description}`.trim() : undefined;
  });
  await page.close();
  return name === undefined || /swiftshader|llvmpipe/i.test(name) ? undefined : name;
}

async function report(name: string, browser: Browser, options: object): Promise<void> {
  const all: Waits[] = [];
  for (let count = 0; count < runs; count += 1) all.push(await measure(browser, options));
  const cell = (key: keyof Waits) => `${Math.round(median(all.map((waits) => waits[key])))} ms`;
  console.log(`| ${name} | ${cell("cold")} | ${cell("cached")} | ${cell("warm")} | ${cell("style")} |`);
}

/** One visitor who comes for the first time, reloads, and looks at another photo and another style. */
async function measure(browser: Browser, options: object): Promise<Waits> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cold = await first(page, options);
  const cached = await first(page, options);
  const warm = await time(page, "/photo-1.jpg", "charcoal");
  const style = await time(page, "/photo-1.jpg", "soft pastel");
  await context.close();
  return { cold, cached, warm, style };
}

/** From a page that has been loaded to its first picture, with the start of the worker and the loading of the networks. */
async function first(page: Page, options: object): Promise<number> {
  await page.goto(app.origin);
  await page.waitForFunction("window.mmfs");
  return page.evaluate(async (given) => {
    const start = performance.now();
    const stylizer = await window.mmfs.createStylizer({ bundle: "/bundle/", runtimeUrl: "/ort/", ...given });
    Object.assign(window, { stylizer });
    await stylizer.stylize("/photo-0.jpg", { style: "charcoal" });
    return performance.now() - start;
  }, options);
}

function time(page: Page, photo: string, style: string): Promise<number> {
  return page.evaluate(
    async ([url, name]) => {
      const { stylizer } = window as unknown as { stylizer: import("@mmfs/web").Stylizer };
      const start = performance.now();
      await stylizer.stylize(url ?? "", { style: name });
      return performance.now() - start;
    },
    [photo, style],
  );
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
