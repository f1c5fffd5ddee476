import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { readCheckpoint, readClip, textTowerGraph } from "../../src/index.js";
import {
  type ClipParity,
  type ClipShape,
  compareWithTransformers,
  findTransformers,
  likeness,
  makeClip,
} from "./clip.js";

const FIXTURE = fileURLToPath(new URL("../__fixtures__/clip", import.meta.url));
/** A GPU in software that comes with Chromium; used where the computer names no other. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

const python = findTransformers();
if (!python) console.log("parity with a live transformers is skipped: install transformers beside torch");

/** Cosines that a wrong graph would not reach, as different inputs are further apart (see the likeness). */
function expectParity(rows: readonly ClipParity[]): void {
  expect(rows).toHaveLength(6);
  for (const { tower, dtype, cosine, largest, length } of rows) {
    const name = `${tower} ${dtype}`;
    expect(length, name).toBeLessThan(1e-6);
    expect(cosine, name).toBeGreaterThan(dtype === "int8" ? 0.999 : 0.9999);
    expect(largest, name).toBeLessThan({ fp32: 1e-5, fp16: 2e-3, int8: 5e-2 }[dtype]);
  }
}

test("the towers compute what transformers computed", async () => {
  expect(likeness(FIXTURE, "text")).toBeLessThan(0.99);
  expect(likeness(FIXTURE, "image")).toBeLessThan(0.99);
  expectParity(await compareWithTransformers(FIXTURE));
});

const small = {
  seed: 41,
  vocabulary: 99,
  positions: 20,
  "text-layers": 2,
  "text-width": 30,
  "text-heads": 3,
  "image-layers": 3,
  "image-width": 20,
  "image-heads": 5,
};
const shapes: [string, ClipShape][] = [
  ["quick GELU, the end at the highest id", { ...small, projection: 12, "image-size": 32, patch: 8 }],
  [
    "GELU, an end below other ids, patches that leave a rest",
    { ...small, act: "gelu", eos: 60, projection: 7, "image-size": 30, patch: 7 },
  ],
];
test.skipIf(!python).each(shapes)("%s: within 1e-5 of a live transformers", { timeout: 120_000 }, async (_, shape) => {
  const { folder } = makeClip(python as string, shape);
  try {
    expect(likeness(folder, "text")).toBeLessThan(0.99);
    expect(likeness(folder, "image")).toBeLessThan(0.99);
    expectParity(await compareWithTransformers(folder));
    const [text, image] = await compareWithTransformers(folder, { file: "pytorch_model.bin", dtypes: ["fp32"] });
    expect(text?.largest).toBeLessThan(1e-5);
    expect(image?.largest).toBeLessThan(1e-5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a text alone and without padding has the embedding that it has in a batch", async () => {
  const read = (name: string) => readCheckpoint(new Uint8Array(readFileSync(join(FIXTURE, name))));
  const io = read("io.safetensors");
  const [ids, embeddings] = ["input_ids", "text_embedding"].map((name) => io.tensors.get(name)?.toFloat32());
  if (!ids || !embeddings) throw new Error("the fixture lacks its text");
  const [length, dim, row] = [16, 10, 2];
  const text = ids.slice(row * length, (row + 1) * length);
  const end = text.indexOf(Math.max(...text));
  expect(end).toBeLessThan(length - 1);

  const config = new Uint8Array(readFileSync(join(FIXTURE, "config.json")));
  const session = await InferenceSession.create(textTowerGraph(readClip(read("model.safetensors"), config)));
  const alone = BigInt64Array.from(text.slice(0, end + 1), BigInt);
  const { embedding } = await session.run({ input_ids: new Tensor("int64", alone, [1, end + 1]) });
  await session.release();
  expect(embedding?.dims).toEqual([1, dim]);
  for (const [i, value] of Array.from(embedding?.data as Float32Array).entries()) {
    expect(value).toBeCloseTo(embeddings[row * dim + i] as number, 5);
  }
});

// in a process of its own: a driver that crashes takes only that one with it
test("every way of storing the weights runs on WebGPU", { timeout: 180_000 }, ({ skip }) => {
  const driver = existsSync(SWIFTSHADER) ? { VK_ICD_FILENAMES: SWIFTSHADER, VK_DRIVER_FILES: SWIFTSHADER } : {};
  const script = fileURLToPath(new URL("../../scripts/parity-clip.ts", import.meta.url));
  const command = [
    "--conditions=@mmfs/source",
    "--import",
    "tsx",
    script,
    "--device=webgpu",
    "--json",
    `--folder=${FIXTURE}`,
  ];
  const { stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: "utf8",
    // node looks for tsx from the working folder, which is the root's when all packages are tested
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...driver, ...process.env },
  });
  if (/adapter|not supported|no available backend/i.test(stderr) && stdout.trim() === "") {
    console.log("the towers on WebGPU are skipped: onnxruntime finds no GPU here");
    skip();
  }
  expectParity(JSON.parse(stdout || JSON.stringify(stderr)));
});
