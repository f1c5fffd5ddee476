/** Prints how far the graphs of two fixtures are from PyTorch on the WebGPU provider, as JSON. */
import { readFileSync } from "node:fs";
import { compareWithPyTorch, type Parity } from "../test/parity/compare.js";

const fixture = (path: string) =>
  new Uint8Array(readFileSync(new URL(`../test/__fixtures__/${path}`, import.meta.url)));

// a base width of 4: onnxruntime 1.30 computes 3×3 convolutions from 6 channels to 12 wrongly on WebGPU
const rows: Parity[] = [];
for (const name of ["s32-half/io", "detail/io-32x80"]) {
  const io = fixture(`${name}.safetensors`);
  const checkpoint = fixture(`${name.split("/")[0]}/checkpoint.safetensors`);
  for (const arithmetic of ["fp32", "fp16"] as const) {
    try {
      rows.push(...(await compareWithPyTorch(checkpoint, io, { arithmetics: [arithmetic], device: "webgpu" })));
    } catch (error) {
      // a GPU in software has no float16
      if (arithmetic === "fp32" || !/requires f16/.test(String(error))) throw error;
    }
  }
}
console.log(JSON.stringify(rows));
// Dawn keeps threads that would keep the process
process.exit(0);
