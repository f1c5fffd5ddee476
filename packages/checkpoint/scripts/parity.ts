/** Prints how far the graphs are from PyTorch, as a markdown table, at three sizes up to the published one. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compareWithPyTorch } from "../test/parity/compare.js";
import { findPython, makeReference } from "../test/parity/python.js";

const python = findPython();
if (!python) {
  console.error("No Python with torch and mmfs_training was found: set MMFS_PYTHON.");
  process.exit(1);
}
const shapes = [
  { size: 64, ngf: 8, styleDim: 32, mapper: true, seed: 21 },
  { size: 256, ngf: 24, styleDim: 128, mapper: true, seed: 22 },
  { size: 512, ngf: 64, styleDim: 512, mapper: true, seed: 23 },
];
console.log("| S | ngf | D | part | arithmetic | largest difference | PSNR |");
console.log("|---|---|---|---|---|---|---|");
for (const shape of shapes) {
  const folder = makeReference(python, shape);
  try {
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
    for (const row of await compareWithPyTorch(read("checkpoint.pth"), read("io.safetensors"), shape.size)) {
      const { part, arithmetic, largest, psnr } = row;
      const sizes = `${shape.size} | ${shape.ngf} | ${shape.styleDim}`;
      console.log(`| ${sizes} | ${part} | ${arithmetic} | ${largest.toExponential(1)} | ${psnr.toFixed(1)} dB |`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
