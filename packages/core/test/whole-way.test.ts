import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
// By path: @mmfs/checkpoint depends on this package, so this one cannot name it among its own dependencies.
import { faceDetectorGraph, faceLandmarksGraph } from "../../checkpoint/src/tfjs/face-graphs.js";
import { groupPhoto } from "../src/faces/__fixtures__/photos.js";
import { type BundleFile, checkPicture, MANIFEST_NAME, type Manifest, Stylizer } from "../src/index.js";
import { cpuRuntime } from "../src/stylizer/__fixtures__/cpu-runtime.js";
import { readTinyFile, tinyBundle } from "../src/stylizer/__fixtures__/tiny-bundle.js";

const models = new URL("../models/", pathToFileURL(createRequire(import.meta.url).resolve("@vladmandic/human")));
const model = (name: string) => readFile(new URL(name, models));

/** The tiny bundle with MediaPipe's graphs for finding faces. */
async function bundleWithFaceFinder() {
  const files: Record<string, Uint8Array> = {
    "face-detector.onnx": faceDetectorGraph((await model("blazeface.json")).toString(), await model("blazeface.bin")),
    "face-landmarks.onnx": faceLandmarksGraph((await model("facemesh.json")).toString(), await model("facemesh.bin")),
  };
  const entry = (path: string): BundleFile => ({
    path,
    bytes: files[path]!.byteLength,
    sha256: createHash("sha256").update(files[path]!).digest("hex"),
  });
  const tiny = tinyBundle((manifest: Manifest) => {
    manifest.parts.faceDetector = entry("face-detector.onnx");
    manifest.parts.faceLandmarks = entry("face-landmarks.onnx");
  });
  return {
    location: "memory",
    read: async (path: string) => (path === MANIFEST_NAME ? tiny.read(path) : (files[path] ?? readTinyFile(path))),
  };
}

it("finds the faces of a group photo, stylizes them, and leaves the rest of the photo as it was", async () => {
  const { data, info } = await groupPhoto(1).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const photo = checkPicture({ width: info.width, height: info.height, data });
  const stylizer = await Stylizer.create({ runtime: cpuRuntime(), bundle: await bundleWithFaceFinder() });
  const result = await stylizer.stylize(photo, { style: "ink", surroundings: "photo" });
  await stylizer.dispose();

  expect(result.facesFound).toBeGreaterThanOrEqual(3);
  expect(result.faces).toHaveLength(result.facesFound);
  const outside = (pixel: number) =>
    result.faces.every(({ crop: { center, side } }) => {
      const [x, y] = [pixel % info.width, Math.floor(pixel / info.width)];
      return Math.max(Math.abs(x - center.x), Math.abs(y - center.y)) > side / Math.SQRT2 + 1;
    });
  let changedOutside = 0;
  for (let i = 0; i < data.length; i++) if (result.data[i] !== data[i] && outside(i >> 2)) changedOutside += 1;
  expect(changedOutside).toBe(0);
  for (const { points } of result.faces) {
    const nose = (Math.round(points.noseTip.y) * info.width + Math.round(points.noseTip.x)) * 4;
    expect(result.data.slice(nose, nose + 3)).not.toEqual(data.subarray(nose, nose + 3));
  }
});
