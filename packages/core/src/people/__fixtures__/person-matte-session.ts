import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
// By path: @mmfs/checkpoint depends on this package, so this one cannot name it among its own dependencies.
import { personMatteGraph } from "../../../../checkpoint/src/tflite/person-matte-graph.js";
import type { Session } from "../../runtime/runtime.js";
import { cpuRuntime } from "../../stylizer/__fixtures__/cpu-runtime.js";

/** MediaPipe's selfie segmentation, on the CPU. */
export async function personMatteSession(): Promise<Session> {
  const model = createRequire(import.meta.url).resolve("@mediapipe/selfie_segmentation/selfie_segmentation.tflite");
  return cpuRuntime().createSession(personMatteGraph(await readFile(model)), "cpu");
}
