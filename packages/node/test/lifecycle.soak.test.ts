import { GROUP, PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runModule } from "./child.js";

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
beforeAll(async () => {
  toy = await makeToyBundle();
}, 60_000);
afterAll(() => toy.remove());

const MEBIBYTE = 1024 * 1024;
/** What the allocators of Node and onnxruntime keep varies by this much; what is measured here would leak twice as much. */
const TOLERANCE = 96 * MEBIBYTE;

async function measure(code: string): Promise<Record<string, number>> {
  const { status, stdout, stderr } = await runModule(
    `import { createStylizer } from "@mmfs/node";
     const options = { bundle: ${JSON.stringify(toy.folder)}, device: "cpu" };
     const [portrait, group] = [${JSON.stringify(PORTRAIT)}, ${JSON.stringify(GROUP)}];
     const memory = () => { gc(); return process.memoryUsage.rss(); };
     ${code}`,
    { flags: ["--expose-gc"] },
  );
  expect([stderr, status]).toEqual(["", 0]);
  return JSON.parse(stdout);
}

describe("memory", () => {
  it("does not grow over 200 pictures", async () => {
    const { early = 0, late = 0 } = await measure(`
      const stylizer = await createStylizer(options);
      let early;
      for (let run = 0; run < 300; run += 1) {
        await stylizer.stylize(portrait, { seed: run, style: { seed: run } });
        if (run === 99) early = memory();
      }
      console.log(JSON.stringify({ early, late: memory() }));`);
    console.log(`200 pictures: ${(early / MEBIBYTE).toFixed(0)} MiB before, ${(late / MEBIBYTE).toFixed(0)} after`);
    expect(late - early).toBeLessThan(TOLERANCE);
  }, 120_000);

  it("comes back with each of 20 stylizers", async () => {
    const { early = 0, late = 0 } = await measure(`
      let early;
      for (let cycle = 0; cycle < 30; cycle += 1) {
        const stylizer = await createStylizer(options);
        await stylizer.stylize(portrait);
        await stylizer.dispose();
        if (cycle === 9) early = memory();
      }
      console.log(JSON.stringify({ early, late: memory() }));`);
    console.log(`20 stylizers: ${(early / MEBIBYTE).toFixed(0)} MiB before, ${(late / MEBIBYTE).toFixed(0)} after`);
    expect(late - early).toBeLessThan(TOLERANCE);
  }, 120_000);
});

describe("the event loop", () => {
  // A machine that is busy with something else delays every timer, so one quiet attempt is enough.
  it("is not blocked while pictures are computed", { retry: 4, timeout: 60_000 }, async () => {
    const { longest = 0, computed = 0 } = await measure(`
      import { monitorEventLoopDelay } from "node:perf_hooks";
      const stylizer = await createStylizer(options);
      await (await stylizer.stylize(portrait)).toBuffer("jpeg");
      const resolution = 2;
      const delay = monitorEventLoopDelay({ resolution });
      const start = performance.now();
      delay.enable();
      for (let seed = 1; seed < 5; seed += 1) await (await stylizer.stylize(group, { seed })).toBuffer("jpeg");
      delay.disable();
      console.log(JSON.stringify({ longest: delay.max / 1e6 - resolution, computed: performance.now() - start }));`);
    console.log(`event loop: blocked ${longest.toFixed(1)} ms at most in ${computed.toFixed(0)} ms of computing`);
    expect(computed).toBeGreaterThan(200);
    expect(longest).toBeLessThan(20);
  });
});
