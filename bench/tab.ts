/**
 * Photos painted whole in Chromium, by their size: the time from the address of the file to its painting and to the file of that, and
 * the most memory that the tab had meanwhile.
 *
 *     npx tsx --conditions=@mmfs/source tab.ts [--megapixels 1,12,48] [--device wasm] [--threads 1] [--runs 3]
 *
 * Every run has a browser of its own. The memory is what the renderer's process, in which page and worker live, has for itself, and
 * what it shares with the browser's other processes (RssAnon and RssShmem of Linux, looked at every few milliseconds), without the
 * program's own code. Build first.
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { launchChromium } from "@mmfs/testing/chromium";
import { serveApp } from "@mmfs/testing/serve-app";
import sharp from "sharp";
import { MemoryWatch, renderersOf } from "./tab-memory.ts";

const { values: given } = parseArgs({
  options: {
    megapixels: { type: "string", default: "1,12,48" },
    device: { type: "string", default: "wasm" },
    threads: { type: "string", default: "1" },
    runs: { type: "string", default: "3" },
    /** Prints the memory at every step. */
    steps: { type: "boolean", default: false },
  },
});
declare global {
  interface Window {
    step(name: string): void;
  }
}

const MEGABYTE = 2 ** 20;

interface Measured {
  painting: string;
  /** Milliseconds. */
  painted: number;
  saved: number;
  /** Bytes: before the photo, at most until it was painted, and at most until it was saved. */
  before: number;
  mostPainting: number;
  mostSaving: number;
}

const portrait = await readFile(new URL("../docs/assets/astronaut.jpg", import.meta.url));
const app = await serveApp(import.meta.url);
// More threads than one need a page that is cross-origin isolated.
app.headers = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const { model } = cpus()[0] ?? { model: "unknown" };
console.log(
  `Chromium, ${given.device}, threads: ${given.threads}, median of ${given.runs} on ${cpus().length} × ${model}\n`,
);
console.log("| photo | painting | painted | saved as JPEG | memory before | most, painting | most, saving |");
console.log("|---|---|---|---|---|---|---|");
try {
  for (const size of given.megapixels.split(",")) {
    const side = Math.round(Math.sqrt(Number(size) * 1e6));
    const photo = await sharp(portrait).resize(side, side).jpeg({ quality: 92 }).toBuffer();
    app.files.set("/photo.jpg", new Uint8Array(photo));
    const all: Measured[] = [];
    for (let run = 0; run < Number(given.runs); run++) all.push(await measure());
    const middle = (key: Exclude<keyof Measured, "painting">) => median(all.map((each) => each[key]));
    const seconds = (key: "painted" | "saved") => `${(middle(key) / 1000).toFixed(1)} s`;
    const megabytes = (key: "before" | "mostPainting" | "mostSaving") => `${Math.round(middle(key) / MEGABYTE)} MB`;
    console.log(
      `| ${size} MP | ${all[0]?.painting} | ${seconds("painted")} | ${seconds("saved")} | ${megabytes("before")} | ` +
        `${megabytes("mostPainting")} | ${megabytes("mostSaving")} |`,
    );
  }
} finally {
  await app.close();
}

async function measure(): Promise<Measured> {
  const browser = await launchChromium({ webGpu: given.device === "webgpu" });
  let memory: MemoryWatch | undefined;
  try {
    const page = await browser.newPage();
    await page.goto(app.origin);
    await page.waitForFunction("window.mmfs");
    const watch = new MemoryWatch(await renderersOf(browser));
    memory = watch;
    const before = watch.most();
    if (given.steps) {
      await page.exposeFunction("step", (name: string) =>
        console.log(`${name}: ${Math.round(watch.most() / MEGABYTE)} MB`),
      );
    }
    const { painting, painted } = await page.evaluate(
      async ({ device, threads, steps }) => {
        const stylizer = await window.mmfs.createStylizer({
          bundle: "/bundle/",
          runtimeUrl: "/ort/",
          device,
          threads,
        });
        const start = performance.now();
        const result = await stylizer.stylize("/photo.jpg", {
          onProgress(event) {
            if (steps && event.type !== "download")
              window.step("stage" in event ? event.stage : `${event.part} loaded`);
          },
        });
        Object.assign(window, { result, stylizer });
        const { width, height } = result.painting ?? { width: 0, height: 0 };
        return { painting: `${width} × ${height} px`, painted: performance.now() - start };
      },
      { device: given.device as "wasm" | "webgpu", threads: Number(given.threads), steps: given.steps },
    );
    const mostPainting = watch.most();
    const saved = await page.evaluate(async () => {
      const start = performance.now();
      await (window as unknown as { result: import("@mmfs/web").StylizeResult }).result.toBlob("jpeg");
      return performance.now() - start;
    });
    const mostSaving = watch.most();
    return { painting, painted, saved, before, mostPainting, mostSaving };
  } finally {
    memory?.end();
    await browser.close();
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
