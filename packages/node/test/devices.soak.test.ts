import { existsSync } from "node:fs";
import { PORTRAIT } from "@mmfs/testing/photos";
import { makeToyBundle } from "@mmfs/testing/toy-bundle";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whySharedLibraryFails } from "../src/runtime/shared-library.js";
import { runModule } from "./child.js";

/** A GPU in software, which Debian's package chromium brings along. */
const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const missing = existsSync(DRIVER) ? whySharedLibraryFails("libvulkan.so.1") : `${DRIVER} does not exist`;
if (missing) console.log(`WebGPU is not tested: ${missing} (apt-get install chromium libvulkan1).`);

let toy: Awaited<ReturnType<typeof makeToyBundle>>;
beforeAll(async () => {
  toy = await makeToyBundle();
}, 60_000);
afterAll(() => toy.remove());

function run(body: string, env: Record<string, string> = {}) {
  return runModule(
    `import { createStylizer } from "@mmfs/node";
     const photo = ${JSON.stringify(PORTRAIT)};
     const open = (device) => createStylizer({ bundle: ${JSON.stringify(toy.folder)}, device });
     ${body}`,
    { env },
  );
}

describe.skipIf(missing)("webgpu on SwiftShader", () => {
  it("computes the same picture as the CPU, to 2 of 255, and may be opened again", async () => {
    const { status, stdout, stderr } = await run(
      `const cpu = await open("cpu");
       const expected = await cpu.stylize(photo, { style: "stripes", seed: 3 });
       const first = await open("webgpu");
       const gpu = await first.stylize(photo, { style: "stripes", seed: 3 });
       await first.dispose();
       const second = await open("webgpu");
       const again = await second.stylize(photo, { style: "stripes", seed: 3 });
       let largest = 0;
       for (let i = 0; i < gpu.data.length; i += 1) largest = Math.max(largest, Math.abs(gpu.data[i] - expected.data[i]));
       const same = Buffer.from(gpu.data).equals(Buffer.from(again.data));
       console.log(JSON.stringify({ device: gpu.device, largest, same, warnings: gpu.warnings }));`,
      { VK_ICD_FILENAMES: DRIVER, VK_DRIVER_FILES: DRIVER, XDG_RUNTIME_DIR: "/tmp" },
    );
    expect([status, stderr]).toEqual([0, ""]);
    const { device, largest, same, warnings } = JSON.parse(stdout);
    expect({ device, same, warnings }).toEqual({ device: "webgpu", same: true, warnings: [] });
    expect(largest).toBeLessThanOrEqual(2);
  }, 240_000);

  it("is not what auto takes: a GPU in software is slower than the CPU", async () => {
    const { stdout, stderr } = await run(
      `const stylizer = await open("auto");
       const { device, warnings } = await stylizer.stylize(photo);
       console.log(device, warnings.length);`,
      { VK_ICD_FILENAMES: DRIVER, VK_DRIVER_FILES: DRIVER },
    );
    expect([stdout.trim(), stderr]).toEqual(["cpu 0", ""]);
  });
});

describe("a device that is not there", () => {
  it.each(["cuda", "coreml", "dml"])(
    "%s is refused with a reason and never replaced, and stderr stays empty",
    async (device) => {
      const { status, stdout, stderr } = await run(
        `const stylizer = await open(${JSON.stringify(device)});
       const error = await stylizer.stylize(photo).then((result) => ({ used: result.device }), (reason) => reason);
       console.log(JSON.stringify({ used: error.used, code: error.code, message: error.message }));`,
      );
      expect([status, stderr]).toEqual([0, ""]);
      const { used, code, message } = JSON.parse(stdout);
      // On a machine that has the device, it is used.
      if (used === undefined)
        expect({ code, message }).toMatchObject({
          code: "DEVICE_UNAVAILABLE",
          message: expect.stringMatching(/cannot be used here: .{20}/),
        });
      else expect(used).toBe(device);
    },
  );
});
