/**
 * Photos painted whole, by their size: the time from file to file, the share of it that is not network time, and the most memory.
 *
 *     npx tsx whole.ts [--bundle FOLDER] [--device DEVICE] [--megapixels 1,12,48] [--runs N]
 *
 * Every size is measured in a process of its own, since memory that was once taken is not given back.
 */
import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadBundle, type Runtime, Stylizer } from "@mmfs/core";
import { bundleUrl } from "@mmfs/model-mini";
import { createStylizer, type Device, FolderSource, NodeRuntime } from "@mmfs/node";
import sharp from "sharp";

const { values: given } = parseArgs({
  options: {
    bundle: { type: "string", default: fileURLToPath(bundleUrl) },
    device: { type: "string", default: "cpu" },
    megapixels: { type: "string", default: "1,12,48" },
    runs: { type: "string", default: "3" },
    /** Measures the photos of this folder in this process and prints JSON. */
    one: { type: "string" },
  },
});
const device = given.device as Device;
const runs = Number(given.runs);
const portrait = fileURLToPath(new URL("../docs/assets/astronaut.jpg", import.meta.url));

interface Measured {
  painting: string;
  total: number;
  networks: number;
  rest: number;
  peak: number;
}

if (given.one !== undefined) console.log(JSON.stringify(await measure(given.one)));
else {
  console.log("| photo | painting | from file to file | not network time | most memory |\n|---|---|---|---|---|");
  for (const megapixels of given.megapixels.split(",").map(Number)) {
    const folder = await mkdtemp(join(tmpdir(), "mmfs-bench-"));
    try {
      await makePhotos(folder, Math.round(Math.sqrt(megapixels * 1e6)));
      const args = [...process.execArgv, fileURLToPath(import.meta.url), "--one", folder];
      const { stdout, status } = spawnSync(
        process.execPath,
        [...args, "--bundle", given.bundle, "--device", device, "--runs", given.runs],
        { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
      );
      if (status !== 0) throw new Error(`Measuring ${megapixels} megapixels failed.`);
      const { painting, total, networks, rest, peak } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
      const part = `${((100 * rest) / (rest + networks)).toFixed(0)} %`;
      console.log(`| ${megapixels} MP | ${painting} px | ${total.toFixed(0)} ms | ${part} | ${peak.toFixed(0)} MB |`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Photos that differ, since the stylizer remembers those that it has seen. */
async function makePhotos(folder: string, side: number): Promise<void> {
  for (let run = 0; run <= runs; run++) {
    await sharp(portrait)
      .resize(side, side)
      .modulate({ brightness: 1 + run / 100 })
      .jpeg({ quality: 92 })
      .toFile(join(folder, `photo-${run}.jpg`));
  }
}

async function measure(folder: string): Promise<Measured> {
  const output = join(folder, "painting.jpg");
  const stylizer = await createStylizer({ bundle: given.bundle, device, maxPixels: 64e6 });
  const totals: number[] = [];
  let painting = "";
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    const result = await stylizer.stylize(join(folder, `photo-${run}.jpg`));
    await result.toFile(output);
    if (run > 0) totals.push(performance.now() - start);
    painting = `${result.painting?.width} × ${result.painting?.height}`;
  }
  await stylizer.dispose();
  const peak = process.resourceUsage().maxRSS / 1024;
  return { painting, total: median(totals), ...(await share(join(folder, "photo-0.jpg"), output)), peak };
}

/** Milliseconds spent in the runs of encoder and decoder, and in everything else from file to file, in this thread. */
async function share(photo: string, output: string): Promise<{ networks: number; rest: number }> {
  let networks = 0;
  const inner = new NodeRuntime();
  const runtime: Runtime = {
    devices: inner.devices,
    smallGraphDevice: inner.smallGraphDevice,
    dispose: () => inner.dispose(),
    async createSession(model, wanted) {
      const session = await inner.createSession(model, wanted);
      const isLarge = session.inputNames.includes("image") || session.inputNames.includes("features");
      if (!isLarge || model.byteLength < 2e6) return session;
      const run: typeof session.run = async (feeds) => {
        const start = performance.now();
        const outputs = await session.run(feeds);
        networks += performance.now() - start;
        return outputs;
      };
      return {
        ...session,
        device: session.device,
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        run,
        dispose: () => session.dispose(),
      };
    },
  };
  const stylizer = await Stylizer.create({ runtime, bundle: await loadBundle(new FolderSource(given.bundle)), device });
  const measured: { networks: number; rest: number }[] = [];
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    networks = 0;
    const { data, info } = await sharp(photo).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    // another photo each time, so that nothing of it is known
    data[0] = run;
    const result = await stylizer.stylize({
      ...info,
      data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length),
    });
    await sharp(result.data, { raw: { width: result.width, height: result.height, channels: 4 } })
      .removeAlpha()
      .jpeg({ quality: 90 })
      .toFile(output);
    if (run > 0) measured.push({ networks, rest: performance.now() - start - networks });
  }
  await stylizer.dispose();
  await runtime.dispose();
  return { networks: median(measured.map((each) => each.networks)), rest: median(measured.map((each) => each.rest)) };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
