import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import type { Picture } from "@mmfs/core";
import { cropToSquare, warpSquare } from "@mmfs/core/internal";
import type { Tensor3D } from "@tensorflow/tfjs-core";

/** Side of the recognition network's input in pixels. */
const CHIP_SIZE = 150;

/**
 * The square of an FFHQ crop that dlib would cut out for its recognition network, in parts of the crop's side.
 *
 * dlib's `get_face_chip_details` (dlib/image_transforms/interpolation.h) lays the similarity of least squares from five
 * points in the unit square, moved by (p + padding) / (1 + 2 · padding), to those of the face: the corners of the eyes at
 * (0.860, 0.213), (0.646, 0.229), (0.334, 0.229), (0.121, 0.214) and the base of the nose at (0.490, 0.628); its example
 * of face recognition has 150 pixels and the padding 0.25. From points 263, 362, 133, 33 and 2 of the face mesh, that is on
 * the 160 photos of faces/evaluation a square with its centre at (0.502 ± 0.006, 0.611 ± 0.006) of the FFHQ crop, its
 * side 0.674 ± 0.021 and its angle 0.8 ± 2.0 degrees (mean ± standard deviation). It is the same for all faces here, so
 * that a photo and what was made of it are cut alike.
 */
export const DLIB_CHIP = { center: { x: 0.502, y: 0.611 }, side: 0.674 } as const;

/** dlib takes two descriptors that are nearer than this for the same person (dnn_face_recognition_ex.cpp). */
export const SAME_PERSON_DISTANCE = 0.6;

/** Says who is seen in an aligned face. */
export interface FaceRecognition {
  /**
   * @param face the aligned FFHQ crop, square; opaque.
   * @returns 128 numbers, not normalised; Euclidean distances between them tell persons apart.
   */
  descriptor(face: Picture): Promise<Float32Array>;
}

interface FaceApi {
  nets: {
    faceRecognitionNet: {
      loadFromDisk(folder: string): Promise<void>;
      computeFaceDescriptor(face: Tensor3D): Promise<Float32Array>;
    };
  };
}

const require = createRequire(import.meta.url);

/**
 * dlib's face recognition network (ResNet with 29 convolutions, 99.38 % on LFW) as @vladmandic/face-api carries it, in
 * WebAssembly on one thread. It judges what training made, so training must not use it.
 */
export async function loadFaceRecognition(): Promise<FaceRecognition> {
  const tf: typeof import("@tensorflow/tfjs-core") = require("@tensorflow/tfjs-core");
  const wasm: typeof import("@tensorflow/tfjs-backend-wasm") = require("@tensorflow/tfjs-backend-wasm");
  addTensorMethods(tf);
  wasm.setWasmPaths(join(folderOf("@tensorflow/tfjs-backend-wasm"), "dist/"));
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  await tf.setBackend("wasm");

  const { faceRecognitionNet } = loadFaceApi(tf).nets;
  await faceRecognitionNet.loadFromDisk(join(folderOf("@vladmandic/face-api"), "model"));
  return {
    async descriptor(face) {
      const { data } = cutChip(face);
      const rgb = Uint8Array.from(
        { length: CHIP_SIZE * CHIP_SIZE * 3 },
        (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!,
      );
      const input = tf.tensor3d(rgb, [CHIP_SIZE, CHIP_SIZE, 3], "int32");
      try {
        return await faceRecognitionNet.computeFaceDescriptor(input);
      } finally {
        input.dispose();
      }
    },
  };
}

function cutChip(face: Picture): Picture {
  const { width: size } = face;
  const { center, side } = DLIB_CHIP;
  const crop = { center: { x: center.x * size, y: center.y * size }, side: side * size, angle: 0 };
  return warpSquare(face, cropToSquare(crop, CHIP_SIZE), CHIP_SIZE);
}

/**
 * face-api's build for Node asks for @tensorflow/tfjs, 150 MB with layers, data and WebGL; the core of it is all that
 * this network needs, so the core is put in its place.
 */
function loadFaceApi(tf: object): FaceApi {
  const filename = join(folderOf("@vladmandic/face-api"), "dist/face-api.node-wasm.js");
  const module = { exports: {} };
  const run = compileFunction(readFileSync(filename, "utf8"), ["module", "exports", "require"], { filename });
  run(module, module.exports, (name: string) => (name === "@tensorflow/tfjs" ? tf : require(name)));
  return module.exports as FaceApi;
}

/** The methods of tensors that face-api calls here and that @tensorflow/tfjs would add to the core. */
function addTensorMethods(tf: typeof import("@tensorflow/tfjs-core")): void {
  type Tensor = import("@tensorflow/tfjs-core").Tensor;
  const reshape = function (this: Tensor, ...shape: number[]) {
    return tf.reshape(this, shape);
  };
  Object.assign(tf.Tensor.prototype, {
    as3D: reshape,
    as4D: reshape,
    div(this: Tensor, divisor: number) {
      return tf.div(this, divisor);
    },
    mean(this: Tensor, axes: number[]) {
      return tf.mean(this, axes);
    },
  });
}

function folderOf(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}
