export { Bundle } from "./bundle/bundle.js";
export type { BundleSource, ReadOptions } from "./bundle/bundle-source.js";
export { groupByTag, type TagGroup } from "./bundle/group-by-tag.js";
export { loadBundle } from "./bundle/load-bundle.js";
export type { BundleFile, BundlePart, Manifest, NetworkShape } from "./bundle/manifest.js";
export { type Preset, type Presets, serializePresets } from "./bundle/presets.js";
export { MMFSError, type MMFSErrorCode, type MMFSErrorData, type StylizeErrorCode } from "./errors/mmfs-error.js";
export type { Face } from "./faces/face.js";
export type { FaceFinder } from "./faces/face-finder.js";
export type { SimilarityTransform } from "./geometry/types.js";
export { readPack, writePack } from "./pack/pack-file.js";
export type { StylePack } from "./pack/style-pack.js";
export { cutOutPeople, paintPeople } from "./people/cut-out.js";
export type { Matte } from "./people/matte.js";
export { personMatte } from "./people/person-matte.js";
export { fromNdarray, type NdarrayView } from "./picture/ndarray.js";
export type { Picture } from "./picture/picture.js";
export { resize } from "./picture/resize.js";
export type { PictureFormat } from "./picture/sniff-format.js";
export { takePicture } from "./picture/take-picture.js";
export { SketchLoop } from "./queue/sketch-loop.js";
export type { Device, DeviceOption, DType, Runtime, Session, Tensors } from "./runtime/runtime.js";
export { averageStyles, interpolateStyles, mixStyles, type StylePart, truncateStyle } from "./style/combine-styles.js";
export { STYLE_LAYERS, StyleCode, type StyleOrigin } from "./style/style-code.js";
export { parseStyleCode, serializeStyleCode } from "./style/style-code-file.js";
export { STYLE_GROUPS, type StyleGroup, type StyleLayers } from "./style/style-groups.js";
export type { StyleName, StyleOption, WeightedStyle } from "./style/style-option.js";
export type {
  FacesOption,
  LoadOptions,
  PaintedTile,
  PreloadOptions,
  ProgressEvent,
  Stage,
  StyleEncoder,
  StylizeOptions,
  StylizerOptions,
} from "./stylizer/options.js";
export type { StylizedFace, StylizeResult } from "./stylizer/result.js";
export { Stylizer, type StylizerParts } from "./stylizer/stylizer.js";
