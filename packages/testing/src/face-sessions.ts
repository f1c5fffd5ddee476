import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type FaceParts, faceDetectorGraph, faceLandmarksGraph } from "@mmfs/checkpoint";
import type { FaceFinderOptions } from "@mmfs/core/internal";
import { cpuRuntime } from "./cpu-runtime.js";

/** MediaPipe's networks that find faces, as @vladmandic/human carries them, as ONNX graphs. */
export async function faceGraphs(): Promise<FaceParts> {
  return {
    faceDetector: faceDetectorGraph(...(await faceModel("blazeface"))),
    faceLandmarks: faceLandmarksGraph(...(await faceModel("facemesh"))),
  };
}

/** The same, on the CPU. */
export async function faceSessions(): Promise<FaceFinderOptions> {
  const { faceDetector, faceLandmarks } = await faceGraphs();
  const runtime = cpuRuntime();
  return {
    detector: await runtime.createSession(faceDetector, "cpu"),
    landmarks: await runtime.createSession(faceLandmarks, "cpu"),
  };
}

async function faceModel(name: string): Promise<[json: string, weights: Uint8Array]> {
  // The package exports its code in dist/ and nothing else, but carries the models beside it.
  const models = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/human")), "..", "models");
  return [await readFile(join(models, `${name}.json`), "utf8"), await readFile(join(models, `${name}.bin`))];
}
