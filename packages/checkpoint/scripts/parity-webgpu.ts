/** Prints how far the graphs of a fixture are from PyTorch on the WebGPU provider, as JSON. */
import { readFileSync } from "node:fs";
import { compareWithPyTorch } from "../test/parity/compare.js";

const fixture = (path: string) =>
  new Uint8Array(readFileSync(new URL(`../test/__fixtures__/${path}`, import.meta.url)));

// a base width of 4: onnxruntime 1.30 computes 3×3 convolutions from 6 channels to 12 wrongly on WebGPU
const [checkpoint, io] = [fixture("s32-half/checkpoint.safetensors"), fixture("s32-half/io.safetensors")];
const rows = await compareWithPyTorch(checkpoint, io, 32, { arithmetics: ["fp32"], device: "webgpu" });
console.log(JSON.stringify(rows));
// Dawn keeps threads that would keep the process
process.exit(0);
