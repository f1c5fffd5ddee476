export { combineEmbeddings, type WeightedEmbedding } from "./combine-embeddings.js";
export {
  ClipStyleEncoder,
  createStyleEncoder,
  type StyleEncoderOptions,
} from "./style-encoder.js";
