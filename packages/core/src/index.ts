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
export type { Box, FaceCrop, Point, SimilarityTransform } from "./geometry/types.js";
export type { Picture } from "./picture/picture.js";
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
