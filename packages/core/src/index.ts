export type { BundleSource, ReadOptions } from "./bundle/bundle-source.js";
export {
  BUNDLE_FORMAT,
  BUNDLE_PARTS,
  type BundleFile,
  type BundlePart,
  MANIFEST_NAME,
  type Manifest,
  ManifestSchema,
  type NetworkShape,
} from "./bundle/manifest.js";
export { MMFSError, type MMFSErrorCode } from "./errors/mmfs-error.js";
export type { Face, FacePoints } from "./faces/face.js";
export {
  applySimilarity,
  composeSimilarity,
  cropToSquare,
  invertSimilarity,
  makeSimilarity,
  similarityScale,
} from "./geometry/similarity.js";
export type { Box, FaceCrop, Point, SimilarityTransform } from "./geometry/types.js";
export { createPicture, wrapPicture } from "./picture/create-picture.js";
export { flatten } from "./picture/flatten.js";
export type { Picture } from "./picture/picture.js";
export { type Pixels, pixelsOf } from "./picture/pixels.js";
export type { ResampleFilter } from "./picture/resample.js";
export { resize } from "./picture/resize.js";
export { fromTensorData, toTensorData } from "./picture/tensor-data.js";
export { warpSquare } from "./picture/warp.js";
export type { Device, DeviceOption, DType, Runtime, Session, Tensors } from "./runtime/runtime.js";
export { StyleCode, type StyleOrigin } from "./style/style-code.js";
export type {
  FacesOption,
  ProgressEvent,
  Stage,
  StyleEncoder,
  StyleName,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
  WeightedStyle,
} from "./stylizer/options.js";
export type { StylizedFace, StylizeResult } from "./stylizer/result.js";
