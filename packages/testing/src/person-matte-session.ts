import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { personMatteGraph } from "@mmfs/checkpoint";
import type { Session } from "@mmfs/core";
import { cpuRuntime } from "./cpu-runtime.js";

/** MediaPipe's selfie segmentation, on the CPU. */
export async function personMatteSession(): Promise<Session> {
  const model = createRequire(import.meta.url).resolve("@mediapipe/selfie_segmentation/selfie_segmentation.tflite");
  return cpuRuntime().createSession(personMatteGraph(await readFile(model)), "cpu");
}
