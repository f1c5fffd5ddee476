import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareWithPyTorch } from "./compare.js";
import { findPython, makeReference, type ReferenceShape } from "./python.js";

const python = findPython();
if (!python) console.log("parity with a live PyTorch is skipped: set MMFS_PYTHON to a Python with torch");

const shapes: [string, ReferenceShape][] = [
  ["narrow", { size: 64, ngf: 8, styleDim: 32, mapper: true, seed: 11 }],
  ["odd widths", { size: 80, ngf: 5, styleDim: 24, mapper: true, seed: 12 }],
  ["blocked layouts", { size: 96, ngf: 16, styleDim: 64, mapper: false, seed: 13 }],
  ["published size", { size: 512, ngf: 64, styleDim: 512, mapper: true, seed: 14 }],
];

test.skipIf(!python).each(shapes)(
  "%s: within 1e-3 of PyTorch, 45 dB at fp16",
  { timeout: 300_000 },
  async (_, shape) => {
    const folder = makeReference(python as string, shape);
    try {
      const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
      const rows = await compareWithPyTorch(read("checkpoint.pth"), read("io.safetensors"), shape.size);
      expect(rows).toHaveLength(shape.mapper ? 6 : 5);
      for (const { part, arithmetic, largest, psnr } of rows) {
        const name = `${part} ${arithmetic}`;
        if (arithmetic === "fp32") expect(largest, name).toBeLessThan(1e-3);
        else expect(psnr, name).toBeGreaterThan(45);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
