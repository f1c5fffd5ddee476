import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Arithmetic, decoderGraph, encoderGraph, readCheckpoint, readNetwork } from "../../src/index.js";
import { compareWithPyTorch } from "./compare.js";
import { findPython, makeReference, makeSizesReference, type ReferenceShape } from "./python.js";

const python = findPython();
if (!python) console.log("parity with a live PyTorch is skipped: set MMFS_PYTHON to a Python with torch");

const hasOnnx = python !== undefined && spawnSync(python, ["-c", "import onnx, safetensors"]).status === 0;
if (!hasOnnx) console.log("the ONNX reference evaluator is skipped: install onnx beside torch");

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
      const rows = await compareWithPyTorch(read("checkpoint.pth"), read("io.safetensors"));
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

const SIZES = ["256x256", "512x512", "320x768"];

test.skipIf(!python).each([
  ["without", false],
  ["with", true],
])(
  "squares and other pictures, %s a detail path: within 1e-3 of PyTorch, 45 dB at fp16",
  { timeout: 300_000 },
  async (_, detail) => {
    const folder = makeSizesReference(python as string, { sizes: SIZES, ngf: 8, styleDim: 32, detail, seed: 16 });
    try {
      const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
      for (const size of SIZES) {
        const rows = await compareWithPyTorch(read("checkpoint.safetensors"), read(`io-${size}.safetensors`));
        expect(rows.map(({ part, arithmetic }) => `${part} ${arithmetic}`)).toEqual(
          ["fp32", "fp16"].flatMap((arithmetic) => [`encoder ${arithmetic}`, `decoder ${arithmetic}`]),
        );
        for (const { part, arithmetic, largest, psnr } of rows) {
          if (arithmetic === "fp32") expect(largest, `${size} ${part}`).toBeLessThan(1e-3);
          else expect(psnr, `${size} ${part}`).toBeGreaterThan(45);
        }
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

// the CPU of onnxruntime widens float16; the reference evaluator does not, so overflow and rounding show as on a GPU
test.skipIf(!hasOnnx).each<[Arithmetic, number]>([
  ["fp32", 100],
  ["fp16", 45],
])("%s graphs are valid ONNX and right in the reference evaluator", { timeout: 300_000 }, (arithmetic, decibels) => {
  const size = 64;
  const folder = makeReference(python as string, { size, ngf: 8, styleDim: 32, mapper: false, seed: 15 });
  try {
    const network = readNetwork(readCheckpoint(readFileSync(join(folder, "checkpoint.pth"))));
    writeFileSync(join(folder, "encoder.onnx"), encoderGraph(network, arithmetic));
    writeFileSync(join(folder, "decoder.onnx"), decoderGraph(network, arithmetic));
    const script = fileURLToPath(new URL("onnx_reference.py", import.meta.url));
    const { stdout, stderr } = spawnSync(python as string, [script, folder], { encoding: "utf8" });
    const psnr = JSON.parse(stdout || `"${stderr}"`) as Record<"encoder" | "decoder", number>;
    expect(psnr.encoder).toBeGreaterThan(decibels);
    expect(psnr.decoder).toBeGreaterThan(decibels);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
