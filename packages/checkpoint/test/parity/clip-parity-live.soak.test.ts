import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type ClipShape, compareWithTransformers, findTransformers, likeness, makeClip } from "./clip.js";
import { expectClipParity } from "./expect-clip-parity.js";

const FIXTURE = fileURLToPath(new URL("../__fixtures__/clip", import.meta.url));
/** A GPU in software that comes with Chromium; used where the computer names no other. */
const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";

const python = findTransformers();
if (!python) console.log("parity with a live transformers is skipped: install transformers beside torch");

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
    expectClipParity(await compareWithTransformers(folder));
    const [text, image] = await compareWithTransformers(folder, { file: "pytorch_model.bin", dtypes: ["fp32"] });
    expect(text?.largest).toBeLessThan(1e-5);
    expect(image?.largest).toBeLessThan(1e-5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
  expectClipParity(JSON.parse(stdout || JSON.stringify(stderr)));
});
