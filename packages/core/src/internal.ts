// What the other packages of this repository need besides. It may change with every version: nobody else should import it.

export { alignFace } from "./align/align-face.js";
export { parseManifest } from "./bundle/load-bundle.js";
export { BUNDLE_FORMAT, BUNDLE_PARTS, MANIFEST_NAME, RESOLUTIONS } from "./bundle/manifest.js";
export { parsePresets } from "./bundle/presets.js";
export { sha256 } from "./bundle/sha256.js";
export { createFaceFinder, type FaceFinderOptions } from "./faces/face-finder.js";
export { applySimilarity, cropToSquare, invertSimilarity } from "./geometry/similarity.js";
export type { FaceCrop, Point } from "./geometry/types.js";
export { type GraphPart, GraphSet } from "./networks/graph-set.js";
export { checkPictureFormat } from "./picture/check-picture-format.js";
export { checkSize } from "./picture/check-size.js";
export { flatten } from "./picture/flatten.js";
export { checkPicture, createPicture } from "./picture/picture.js";
export { pictureDigest } from "./picture/picture-digest.js";
export { resample, type Span } from "./picture/resample.js";
export { sizeInHeader } from "./picture/size-in-header.js";
export { PICTURE_FORMATS, sniffFormat } from "./picture/sniff-format.js";
export { isPictureLike } from "./picture/take-picture.js";
export { warpSquare } from "./picture/warp.js";
export { asyncDispose, DisposableQueue } from "./queue/disposable-queue.js";
export { leaveOnAbort } from "./queue/follow-signals.js";
export { SerialQueue } from "./queue/serial-queue.js";
export { noiseMaps } from "./random/noise-maps.js";
export { RandomGenerator } from "./random/random-generator.js";
export { type RemoteResult, RemoteStylizer, type Taken, type Timed } from "./remote/remote-stylizer.js";
export { shareStylizer } from "./remote/share-stylizer.js";
export { type Connect, WorkerClient } from "./remote/worker-client.js";
export {
  deviceLost,
  deviceUnavailable,
  onnxFault,
  onnxLoadError,
  onnxReason,
  onnxRunError,
} from "./runtime/onnx-errors.js";
export { DEVICES, DTYPES } from "./runtime/runtime.js";
export { LruCache } from "./stylizer/lru-cache.js";
export { parsePlatformOptions, parseStylizerOptions, USUAL_MAX_PIXELS } from "./stylizer/parse-options.js";
export type { Request } from "./worker/messages.js";
export { type ServedCall, type ServedFunction, serve } from "./worker/serve.js";
export type { StylizerReference } from "./worker/served-stylizer.js";
export { type OpenedStylizer, stylizerFunctions } from "./worker/stylizer-functions.js";
