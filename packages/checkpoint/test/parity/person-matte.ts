import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { personMatteGraph } from "../../src/tflite/person-matte-graph.js";

/** Side of the network's pictures. */
export const SIDE = 256;

const script = new URL("./tflite_reference.py", import.meta.url);

/** MediaPipe's model, as the npm package has it. */
export const modelPath = createRequire(import.meta.url).resolve(
  "@mediapipe/selfie_segmentation/selfie_segmentation.tflite",
);

/** Pictures `[256, 256, 3]` in [0, 1] that are drawn by formulas: people of two colours, stripes, noise. */
export function drawnPictures(): Float32Array[] {
  return [person([0.75, 0.55, 0.45], 0.1), person([0.3, 0.2, 0.15], 0.5), stripes(), noise()];
}

/** What the converted graph says of such pictures: `[256, 256]` for each. */
export async function convertedMattes(pictures: readonly Float32Array[]): Promise<Float32Array[]> {
  const session = await InferenceSession.create(personMatteGraph(readFileSync(modelPath)));
  const mattes: Float32Array[] = [];
  for (const picture of pictures) {
    const area = SIDE * SIDE;
    const planes = picture.map((_, i) => picture[(i % area) * 3 + Math.floor(i / area)] as number);
    const { matte } = await session.run({ image: new Tensor("float32", planes, [1, 3, SIDE, SIDE]) });
    mattes.push(matte?.data as Float32Array);
  }
  await session.release();
  return mattes;
}

/** What LiteRT says of them. */
export function referenceMattes(python: string, pictures: readonly Float32Array[]): Float32Array[] {
  const folder = mkdtempSync(join(tmpdir(), "mmfs-matte-"));
  try {
    const [input, output] = [join(folder, "pictures.f32"), join(folder, "mattes.f32")];
    writeFileSync(input, Buffer.concat(pictures.map(({ buffer }) => new Uint8Array(buffer))));
    execFileSync(python, [script.pathname, modelPath, input, output], { stdio: ["ignore", "ignore", "pipe"] });
    const values = new Float32Array(new Uint8Array(readFileSync(output)).buffer);
    return pictures.map((_, i) => values.slice(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function draw(color: (x: number, y: number) => readonly [number, number, number]): Float32Array {
  const picture = new Float32Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) picture.set(color((i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE), i * 3);
  return picture;
}

/** A head with eyes and a mouth on shoulders, before a wall that gets lighter to one side. */
function person(skin: readonly [number, number, number], wall: number): Float32Array {
  type Pair = readonly [number, number];
  const within = ([x, y]: Pair, [cx, cy]: Pair, [rx, ry]: Pair) => ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
  return draw((x, y) => {
    if ([0.44, 0.56].some((eye) => within([x, y], [eye, 0.37], [0.025, 0.012]))) return [0.1, 0.08, 0.08];
    if (within([x, y], [0.5, 0.5], [0.05, 0.012])) return [0.6, 0.25, 0.25];
    if (within([x, y], [0.5, 0.4], [0.13, 0.18])) return [skin[0] + 0.1 * (0.5 - x), skin[1], skin[2]];
    if (within([x, y], [0.5, 0.34], [0.16, 0.19])) return [0.2, 0.13, 0.1];
    if (within([x, y], [0.5, 1], [0.36, 0.38])) return [0.2, 0.25, 0.5 - 0.2 * x];
    return [wall + 0.4 * x, wall + 0.4 * x, wall + 0.3 * x];
  });
}

function stripes(): Float32Array {
  const wave = (turns: number) => 0.5 + 0.5 * Math.sin(turns * 2 * Math.PI);
  return draw((x, y) => [wave(3 * x + y), wave(7 * y), wave(20 * x * y)]);
}

function noise(): Float32Array {
  let state = 1;
  return Float32Array.from({ length: SIDE * SIDE * 3 }, () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  });
}
