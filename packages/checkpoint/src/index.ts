export { convertCheckpoint } from "./bundle/convert-checkpoint.js";
export type { ConvertOptions, FaceParts } from "./bundle/convert-options.js";
export type { ClipConfig, TransformerConfig } from "./clip/clip-config.js";
export {
  type ClipFiles,
  type ClipPart,
  type ConvertClipOptions,
  type ConvertedClip,
  convertClip,
} from "./clip/convert-clip.js";
export { imageTowerGraph } from "./clip/image-tower-graph.js";
export { type Clip, readClip } from "./clip/read-clip.js";
export { textTowerGraph } from "./clip/text-tower-graph.js";
export type { ClipDType } from "./clip/tower-weights.js";
export { networkLayout } from "./network/network-layout.js";
export { type Network, PUBLISHED_SIZE, type ReadNetworkOptions, readNetwork } from "./network/read-network.js";
export { decoderGraph } from "./onnx/decoder-graph.js";
export { encoderGraph } from "./onnx/encoder-graph.js";
export { GraphBuilder } from "./onnx/graph-builder.js";
export { mapperGraph } from "./onnx/mapper-graph.js";
export { mappingGraph } from "./onnx/mapping-graph.js";
export type { Arithmetic } from "./onnx/weights.js";
export type { Checkpoint, CheckpointDType, CheckpointTensor } from "./reading/checkpoint.js";
export { readCheckpoint } from "./reading/read-checkpoint.js";
export { type ConvertTfjsOptions, convertTfjsModel } from "./tfjs/convert-tfjs-model.js";
export { faceDetectorGraph, faceLandmarksGraph } from "./tfjs/face-graphs.js";
