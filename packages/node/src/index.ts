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
  Picture,
  PictureFormat,
  PreloadOptions,
  Preset,
  ProgressEvent,
  Stage,
  StyleGroup,
  StyleLayers,
  StylePack,
  StylizeErrorCode,
} from "@mmfs/core";
export {
  averageStyles,
  interpolateStyles,
  MMFSError,
  mixStyles,
  parseStyleCode,
  readPack,
  StyleCode,
  serializeStyleCode,
  truncateStyle,
} from "@mmfs/core";
export { FolderSource } from "./bundle/folder-source.js";
export { type ContactSheet, contactSheet, type SheetOptions, type SheetTile } from "./picture/contact-sheet.js";
export type { EncodeOptions } from "./picture/encode-picture.js";
export type { FileInput, PictureInput } from "./picture/picture-input.js";
export { NodeRuntime, type NodeRuntimeOptions } from "./runtime/node-runtime.js";
export { createStylizer } from "./stylizer/create-stylizer.js";
export type { StyleName, StyleOption, StylizeOptions, StylizerOptions, WeightedStyle } from "./stylizer/options.js";
export type { StylizedFace, StylizeResult, WritablePicture } from "./stylizer/result.js";
export { stylize } from "./stylizer/stylize.js";
export type { Stylizer } from "./stylizer/stylizer.js";
