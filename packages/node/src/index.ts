export type {
  BundlePart,
  Device,
  DeviceOption,
  DType,
  Face,
  FacesOption,
  Manifest,
  MMFSErrorCode,
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
} from "@mmfs/core";
export { MMFSError, parseStyleCode, readPack, StyleCode, serializeStyleCode } from "@mmfs/core";
export { FolderSource } from "./bundle/folder-source.js";
export { type ContactSheet, contactSheet, type SheetOptions, type SheetTile } from "./picture/contact-sheet.js";
export type { EncodeOptions } from "./picture/encode-picture.js";
export type { FileInput, PictureInput } from "./picture/picture-input.js";
export { NodeRuntime, type NodeRuntimeOptions } from "./runtime/node-runtime.js";
export { createStylizer } from "./stylizer/create-stylizer.js";
export type { StylizerOptions } from "./stylizer/options.js";
export type { StylizedFace, StylizeResult, WritablePicture } from "./stylizer/result.js";
export type { StyleName, StyleOption, StylizeOptions, WeightedStyle } from "./stylizer/style-option.js";
export { stylize } from "./stylizer/stylize.js";
export type { CallOptions, Stylizer } from "./stylizer/stylizer.js";
