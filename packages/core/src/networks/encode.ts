import { Tensor } from "onnxruntime-common";
import type { Box } from "../geometry/types.js";
import type { Picture } from "../picture/picture.js";
import { regionTensorData } from "../picture/tensor-data.js";
import type { LoadOptions } from "../stylizer/options.js";
import { FEATURE_NAMES, type FeatureMaps, featuresOf } from "./feature-maps.js";
import type { GraphSet } from "./graph-set.js";
import { outputOf } from "./outputs.js";

/** How many cells beyond its own the encoder looks: its receptive field reaches 62 px. */
export const ENCODER_HALO = 4;

/**
 * The features of a part of a picture.
 *
 * @param picture opaque; beyond its edges it is mirrored.
 * @param region in pixels, whole cells.
 */
export async function encode(graphs: GraphSet, picture: Picture, region: Box, load: LoadOptions): Promise<FeatureMaps> {
  const { width, height } = region;
  const feeds = () => ({ image: new Tensor("float32", regionTensorData(picture, region), [1, 3, height, width]) });
  const outputs = await graphs.run("encoder", feeds, load);
  const names = graphs.network.detail ? FEATURE_NAMES : FEATURE_NAMES.slice(0, 1);
  return featuresOf(names.map((name) => [name, outputOf(outputs, name)] as const));
}
