/** Prints how far the graphs are from PyTorch, as a markdown table, at three widths up to the published one,
 * then for pictures that are no squares and for the detail path. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { compareWithPyTorch, type Parity } from "../test/parity/compare.js";
import { findPython, makeReference, makeSizesReference } from "../test/parity/python.js";

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
console.log("| picture | ngf | D | part | arithmetic | largest difference | PSNR |");
console.log("|---|---|---|---|---|---|---|");
for (const shape of shapes) {
  const folder = makeReference(python, shape);
  try {
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
    for (const row of await compareWithPyTorch(read("checkpoint.pth"), read("io.safetensors"))) {
      print(`${shape.size} x ${shape.size} | ${shape.ngf} | ${shape.styleDim}`, row);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const sizes = ["256x256", "512x512", "320x768"];
for (const detail of [false, true]) {
  const shape = { sizes, ngf: 32, styleDim: 256, detail, seed: 24 };
  const folder = makeSizesReference(python, shape);
  try {
    const read = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
    for (const size of sizes) {
      for (const row of await compareWithPyTorch(read("checkpoint.safetensors"), read(`io-${size}.safetensors`))) {
        const picture = `${size.replace("x", " x ")}${detail ? ", detail" : ""}`;
        print(`${picture} | ${shape.ngf} | ${shape.styleDim}`, row);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(shape: string, { part, arithmetic, largest, psnr }: Parity): void {
  console.log(`| ${shape} | ${part} | ${arithmetic} | ${largest.toExponential(1)} | ${psnr.toFixed(1)} dB |`);
}
