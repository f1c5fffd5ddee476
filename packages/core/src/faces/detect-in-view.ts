import { Tensor } from "onnxruntime-common";
import { MMFSError } from "../errors/mmfs-error.js";
import { invertSimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { toTensorData } from "../picture/tensor-data.js";
import type { Session } from "../runtime/runtime.js";
import { DETECTOR_SIZE } from "./anchors.js";
import { decodeDetections, type FaceDetection, transformDetection } from "./detection.js";
import { mergeDetections } from "./merge-detections.js";
import { viewOfPicture } from "./view-of-picture.js";

/**
 * Runs the face detector on one view of a picture.
 *
 * @param detector MediaPipe's BlazeFace (Apache-2.0): `image [1, 3, 256, 256]` in [-1, 1] → `boxes [1, 896, 16]` in
 * pixels of the input and `scores [1, 896]`, 0 to 1.
 * @param toView from pixels of the picture to pixels of the detector's input.
 * @param threshold the least score of a detection.
 * @returns faces in pixels of the picture, the best first.
 */
export async function detectInView(
  detector: Session,
  picture: Picture,
  toView: SimilarityTransform,
  threshold: number,
): Promise<FaceDetection[]> {
  const view = viewOfPicture(picture, toView, DETECTOR_SIZE);
  const image = new Tensor("float32", toTensorData(view), [1, 3, DETECTOR_SIZE, DETECTOR_SIZE]);
  const { boxes, scores } = await detector.run({ image });
  if (!(boxes?.data instanceof Float32Array && scores?.data instanceof Float32Array)) {
    throw new MMFSError(
      "BUNDLE_INVALID",
      "The face detector must have the outputs boxes and scores; use the bundle's own.",
    );
  }
  const detections = decodeDetections(boxes.data, scores.data, threshold);
  const toPicture = invertSimilarity(toView);
  return mergeDetections(detections).map((detection) => transformDetection(detection, toPicture));
}
