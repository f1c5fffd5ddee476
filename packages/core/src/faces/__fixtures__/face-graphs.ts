import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
// By path: @mmfs/checkpoint depends on this package, so this one cannot name it among its own dependencies.
import { faceDetectorGraph, faceLandmarksGraph } from "../../../../checkpoint/src/tfjs/face-graphs.js";
import { cpuRuntime } from "../../stylizer/__fixtures__/cpu-runtime.js";
import { createFaceFinder, type FaceFinderOptions } from "../face-finder.js";

/** MediaPipe's models as @vladmandic/human carries them, on the CPU. */
export async function faceSessions(): Promise<FaceFinderOptions> {
  const [detector, landmarks] = await Promise.all([
    faceDetectorGraph((await model("blazeface.json")).toString(), await model("blazeface.bin")),
    faceLandmarksGraph((await model("facemesh.json")).toString(), await model("facemesh.bin")),
  ]);
  const runtime = cpuRuntime();
  return {
    detector: await runtime.createSession(detector, "cpu"),
    landmarks: await runtime.createSession(landmarks, "cpu"),
  };
}

export async function realFaceFinder() {
  return createFaceFinder(await faceSessions());
}

function model(name: string): Promise<Buffer> {
  const human = pathToFileURL(createRequire(import.meta.url).resolve("@vladmandic/human"));
  return readFile(new URL(`../models/${name}`, human));
}
