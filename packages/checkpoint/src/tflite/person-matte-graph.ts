import { MMFSError } from "@mmfs/core";
import { GraphBuilder } from "../onnx/graph-builder.js";
import { TfliteGraphWriter } from "./graph-writer.js";
import { readTfliteModel } from "./tflite-model.js";

/**
 * The person matte of a bundle, from MediaPipe's selfie segmentation (the general model, 256 × 256).
 *
 * Graph: `image [N, 3, 256, 256]`, RGB in [0, 1] → `matte [N, 1, 256, 256]`, 1 on people and 0 elsewhere.
 *
 * @param model `selfie_segmentation.tflite` of the npm package `@mediapipe/selfie_segmentation` (Apache-2.0).
 * @throws {MMFSError} `CHECKPOINT_INVALID`
 * @see the model card that https://github.com/google-ai-edge/mediapipe/tree/master/mediapipe/modules/selfie_segmentation
 * belongs to
 */
export function personMatteGraph(model: Uint8Array): Uint8Array {
  const read = readTfliteModel(model);
  const [input = -1] = read.inputs;
  const [output = -1] = read.outputs;
  const builder = new GraphBuilder("person-matte");
  const writer = new TfliteGraphWriter(builder, read);
  const shapes = [input, output].map((place) => String(read.tensors[place]?.shape));
  if (String(shapes) !== "1,256,256,3,1,256,256,1") {
    throw new MMFSError(
      "CHECKPOINT_INVALID",
      "The model is not the one expected here; pass selfie_segmentation.tflite of @mediapipe/selfie_segmentation.",
    );
  }
  writer.input(input, "image");
  writer.write();
  builder.node("Identity", [writer.name(output)], {}, "matte");
  builder.output("matte", writer.outputShape(output));
  return builder.finish();
}
