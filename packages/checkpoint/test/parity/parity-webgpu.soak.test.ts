import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Parity } from "./compare.js";

/** A GPU in software that comes with Chromium; used where the computer names no other. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

// in a process of its own: a driver that crashes takes only that one with it
test("the graphs compute on WebGPU what PyTorch computes", { timeout: 180_000 }, ({ skip }) => {
  const script = fileURLToPath(new URL("../../scripts/parity-webgpu.ts", import.meta.url));
  const driver = existsSync(SWIFTSHADER) ? { VK_ICD_FILENAMES: SWIFTSHADER, VK_DRIVER_FILES: SWIFTSHADER } : {};
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=@mmfs/source", "--import", "tsx", script], {
    encoding: "utf8",
    // node looks for tsx from the working folder, which is the root's when all packages are tested
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...driver, ...process.env },
  });
  if (/adapter|not supported|no available backend/i.test(stderr) && stdout.trim() === "") {
    console.log("parity on WebGPU is skipped: onnxruntime finds no GPU here");
    skip();
  }
  const rows = JSON.parse(stdout || JSON.stringify(stderr)) as Parity[];
  const wide = rows.filter(({ arithmetic }) => arithmetic === "fp32");
  // of a square, and of a picture of another shape with a detail path
  expect(wide.map(({ part }) => part)).toEqual(["encoder", "decoder", "mapping", "encoder", "decoder"]);
  for (const { part, largest } of wide) expect(largest, part).toBeLessThan(1e-3);
  for (const { part, psnr } of rows) expect(psnr, part).toBeGreaterThan(45);
});
