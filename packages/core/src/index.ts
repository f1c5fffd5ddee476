export { type AlignedFace, alignFace } from "./align/align-face.js";
export { Bundle } from "./bundle/bundle.js";
export type { BundleSource, ReadOptions } from "./bundle/bundle-source.js";
export { groupByTag, type TagGroup } from "./bundle/group-by-tag.js";
export { loadBundle, parseManifest } from "./bundle/load-bundle.js";
export {
  BUNDLE_FORMAT,
  BUNDLE_PARTS,
  type BundleFile,
  type BundlePart,
  MANIFEST_NAME,
  type Manifest,
  ManifestSchema,
  type NetworkShape,
  RESOLUTIONS,
} from "./bundle/manifest.js";
export { PRESETS_FORMAT, type Preset, type Presets, parsePresets, serializePresets } from "./bundle/presets.js";
export { sha256 } from "./bundle/sha256.js";
export { preserveColor } from "./color/preserve-color.js";
export { faceMask } from "./composite/face-mask.js";
export { type Overlay, pasteBack } from "./composite/paste-back.js";
export { MMFSError, type MMFSErrorCode } from "./errors/mmfs-error.js";
export type { Face, FacePoints } from "./faces/face.js";
export { createFaceFinder, type FaceFinder, type FaceFinderOptions } from "./faces/face-finder.js";
export { ffhqCrop } from "./faces/ffhq-crop.js";
export {
  applySimilarity,
  composeSimilarity,
  cropToSquare,
  invertSimilarity,
  makeSimilarity,
  similarityScale,
} from "./geometry/similarity.js";
export type { Box, FaceCrop, Point, SimilarityTransform } from "./geometry/types.js";
export { type GraphPart, GraphSet } from "./networks/graph-set.js";
export { PACK_FORMAT, PACK_MANIFEST_NAME, readPack, writePack } from "./pack/pack-file.js";
export type { PackNetwork, StylePack } from "./pack/style-pack.js";
export { cutOutPeople, paintPeople } from "./people/cut-out.js";
export type { Matte } from "./people/matte.js";
export { type PersonMatteOptions, personMatte } from "./people/person-matte.js";
export { blendPictures } from "./picture/blend-pictures.js";
export { checkPictureFormat } from "./picture/check-picture-format.js";
export { flatten } from "./picture/flatten.js";
export { fromNdarray, isNdarray, type NdarrayView } from "./picture/ndarray.js";
export { checkPicture, createPicture, type Picture } from "./picture/picture.js";
export { pictureDigest } from "./picture/picture-digest.js";
export { type ResampleFilter, resample, type Span } from "./picture/resample.js";
export { resize } from "./picture/resize.js";
export { type HeaderSize, sizeInHeader } from "./picture/size-in-header.js";
export { PICTURE_FORMATS, type PictureFormat } from "./picture/sniff-format.js";
export { isPictureLike, takePicture } from "./picture/take-picture.js";
export { fromTensorData, toTensorData } from "./picture/tensor-data.js";
export { warpSquare } from "./picture/warp.js";
export { asyncDispose, DisposableQueue } from "./queue/disposable-queue.js";
export { SerialQueue } from "./queue/serial-queue.js";
export { SketchLoop } from "./queue/sketch-loop.js";
export { type NoiseMap, noiseMaps } from "./random/noise-maps.js";
export { RandomGenerator } from "./random/random-generator.js";
export type { Device, DeviceOption, DType, Runtime, Session, Tensors } from "./runtime/runtime.js";
export { checkStyleCode } from "./style/check-style-code.js";
export { averageStyles, interpolateStyles, mixStyles, type StylePart, truncateStyle } from "./style/combine-styles.js";
export { mapImages } from "./style/map-images.js";
export { STYLE_LAYERS, StyleCode, type StyleOrigin } from "./style/style-code.js";
export { parseStyleCode, STYLE_CODE_VERSION, serializeStyleCode } from "./style/style-code-file.js";
export { STYLE_GROUPS, type StyleGroup, type StyleLayers } from "./style/style-groups.js";
export { LruCache } from "./stylizer/lru-cache.js";
export type {
  FacesOption,
  LoadOptions,
  PaintedTile,
  PreloadOptions,
  ProgressEvent,
  Stage,
  StyleEncoder,
  StyleName,
  StyleOption,
  StylizeOptions,
  StylizerOptions,
  WeightedStyle,
} from "./stylizer/options.js";
export { parseStylizerOptions } from "./stylizer/parse-options.js";
export type { StylizedFace, StylizeResult } from "./stylizer/result.js";
export { Stylizer, type StylizerParts } from "./stylizer/stylizer.js";
export type { Reply, Request } from "./worker/messages.js";
export { reviveStyleCode } from "./worker/revive-style-code.js";
export { reviveError, type SerializedError, serializeError } from "./worker/serialize-error.js";
export { type ServedCall, type ServedFunction, serve } from "./worker/serve.js";
export type { PlainStylizeOptions, ServedStylizer } from "./worker/served-stylizer.js";
export { type OpenedStylizer, type StylizerPlatform, stylizerFunctions } from "./worker/stylizer-functions.js";
