import { Tensor } from "onnxruntime-common";
import type { Box } from "../geometry/types.js";
import { noiseMaps } from "../random/noise-maps.js";
import type { StyleCode } from "../style/style-code.js";
import type { LoadOptions } from "../stylizer/options.js";
import { CELL, type FeatureMaps, featureTensors } from "./feature-maps.js";
import type { GraphSet } from "./graph-set.js";
import { outputOf } from "./outputs.js";

/** How many cells beyond its own the decoder looks: its receptive field reaches 4.75 cells. */
export const DECODER_HALO = 5;

/** How a picture is painted. */
export interface Brush {
  /** The bundle's decoder, or that of the pack in use. */
  decoder: "decoder" | "tunedDecoder";
  code: StyleCode;
  /** Of the noise maps. */
  seed: number;
}

/**
 * Paints a part of a picture.
 *
 * @param features of the whole picture.
 * @param part in cells.
 * @returns RGB planes `[3, part.height * 16, part.width * 16]` in [-1, 1].
 */
export async function decode(
  graphs: GraphSet,
  { features, part }: { features: FeatureMaps; part: Box },
  { decoder, code, seed }: Brush,
  load: LoadOptions,
): Promise<Float32Array> {
  const [x, y, width, height] = [part.x * CELL, part.y * CELL, part.width * CELL, part.height * CELL];
  const feeds = () => ({
    ...featureTensors(features, part),
    wplus: new Tensor("float32", code.values.slice(), [1, code.layers, code.dim]),
    ...Object.fromEntries(
      noiseMaps({ x, y, width, height }, seed).map((map, i) => [
        `noise_${i}`,
        new Tensor("float32", map.values, [1, 1, map.height, map.width]),
      ]),
    ),
  });
  return outputOf(await graphs.run(decoder, feeds, load), "image").data as Float32Array;
}
