export type {
  BundlePart,
  Device,
  DeviceOption,
  DType,
  Face,
  FacesOption,
  LoadOptions as CallOptions,
  Manifest,
  MMFSErrorCode,
  MMFSErrorData,
  NdarrayView,
  PaintedTile,
  Picture,
  PreloadOptions,
  Preset,
  ProgressEvent,
  Stage,
  StyleGroup,
  StyleLayers,
  StylePack,
  StylizeErrorCode,
  TagGroup,
} from "@mmfs/core";
export {
  averageStyles,
  groupByTag,
  interpolateStyles,
  MMFSError,
  mixStyles,
  parseStyleCode,
  readPack,
  StyleCode,
  serializeStyleCode,
  truncateStyle,
} from "@mmfs/core";
export { type BundleCacheOptions, clearCache, isCached, preload } from "./bundle/bundle-cache.js";
export type { BundleInput } from "./bundle/bundle-reference.js";
export { drawTile } from "./picture/draw-tile.js";
export type { EncodeOptions, WrittenFormat } from "./picture/encode-picture.js";
export type { PictureInput } from "./picture/picture-input.js";
export { createStylizer } from "./stylizer/create-stylizer.js";
export type { StyleName, StyleOption, StylizeOptions, StylizerOptions, WeightedStyle } from "./stylizer/options.js";
export type { ShowablePicture, StylizedFace, StylizeResult } from "./stylizer/result.js";
export { stylize } from "./stylizer/stylize.js";
export type { Stylizer } from "./stylizer/stylizer.js";
