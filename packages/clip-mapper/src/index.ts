export { combineEmbeddings, type WeightedEmbedding } from "./combine-embeddings.js";
export {
  ClipStyleEncoder,
  createStyleEncoder,
  type StyleEncoderOptions,
  type WeightedReference,
} from "./style-encoder.js";
