import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decoderGraph, encoderGraph, mappingGraph, readCheckpoint, readNetwork } from "../../src/index.js";
import { compareWithPyTorch } from "./compare.js";

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`../__fixtures__/${path}`, import.meta.url)));

test.each([
  ["s32", 32, 3],
  ["s48-odd", 48, 3],
  ["s32-half", 32, 3],
  ["s32-mapper-half", 32, 4],
])("the graphs of %s compute what PyTorch computes", async (folder, size, parts) => {
  const rows = await compareWithPyTorch(
    fixture(`${folder}/checkpoint.safetensors`),
    fixture(`${folder}/io.safetensors`),
    size,
  );
  expect(rows.filter(({ arithmetic }) => arithmetic === "fp32")).toHaveLength(parts);
  for (const { part, arithmetic, largest, psnr } of rows) {
    const name = `${part} ${arithmetic}`;
    if (arithmetic === "fp32") expect(largest, name).toBeLessThan(1e-3);
    else expect(psnr, name).toBeGreaterThan(45);
    // a CPU widens fp16 arithmetic, so what is left there is the rounding of weights that were not float16 before
    if (arithmetic === "fp16" && !folder.endsWith("half")) expect(largest, `${name} is rounded`).toBeGreaterThan(1e-6);
  }
});

test("the three file formats give the same graphs, byte for byte", () => {
  const networks = ["checkpoint.pth", "checkpoint-legacy.pth", "checkpoint.safetensors"].map((name) =>
    readNetwork(readCheckpoint(fixture(`s32/${name}`)), { size: 32 }),
  );
  for (const write of [encoderGraph, decoderGraph, mappingGraph]) {
    const [zip, ...others] = networks.map((network) => write(network, "fp32"));
    for (const other of others) expect(Buffer.compare(zip as Uint8Array, other)).toBe(0);
  }
});
