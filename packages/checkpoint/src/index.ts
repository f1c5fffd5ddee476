export { convertCheckpoint } from "./bundle/convert-checkpoint.js";
export type { ConvertOptions, FaceParts } from "./bundle/convert-options.js";
