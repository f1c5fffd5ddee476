export type {
  BundlePart,
  Device,
  DType,
  Face,
  FacesOption,
  Manifest,
  MMFSErrorCode,
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
  TagGroup,
} from "@mmfs/core";
export { groupByTag, MMFSError, parseStyleCode, readPack, StyleCode, serializeStyleCode } from "@mmfs/core";
export { type BundleCacheOptions, clearCache, isCached, preload } from "./bundle/bundle-cache.js";
export type { BundleInput } from "./bundle/bundle-reference.js";
export { drawTile } from "./picture/draw-tile.js";
export type { EncodeOptions, WrittenFormat } from "./picture/encode-picture.js";
export type { PictureInput } from "./picture/picture-input.js";
export { createStylizer } from "./stylizer/create-stylizer.js";
export type { StyleName, StyleOption, StylizeOptions, StylizerOptions, WeightedStyle } from "./stylizer/options.js";
export type { ShowablePicture, StylizedFace, StylizeResult } from "./stylizer/result.js";
export { stylize } from "./stylizer/stylize.js";
export type { CallOptions, Stylizer } from "./stylizer/stylizer.js";
