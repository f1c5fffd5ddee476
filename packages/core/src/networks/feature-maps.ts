import { Tensor } from "onnxruntime-common";
import type { Box } from "../geometry/types.js";

/** The side in pixels of what one place of the coarsest features stands for; pictures are whole numbers of such cells. */
export const CELL = 16;

/** What the encoder hands to the decoder, by the names of both graphs; the finer two where the network has a detail path. */
export const FEATURE_NAMES = ["features", "features_8", "features_4"] as const;

export type FeatureName = (typeof FEATURE_NAMES)[number];

/** How many places of each map lie along the side of a cell. */
const PLACES_IN_CELL: Record<FeatureName, number> = { features: 1, features_8: 2, features_4: 4 };

interface FeatureMap {
  name: FeatureName;
  channels: number;
  /** `[channels, height, width]` */
  values: Float32Array;
}

/** The features of a picture of `width × height` cells. */
export interface FeatureMaps {
  width: number;
  height: number;
  maps: readonly FeatureMap[];
}

/** Empty features of a picture, of the same kinds as those of one of its parts. @param width in cells, as is `height`. */
export function featuresLike(part: FeatureMaps, width: number, height: number): FeatureMaps {
  const maps = part.maps.map(({ name, channels }) => {
    const places = PLACES_IN_CELL[name];
    return { name, channels, values: new Float32Array(channels * width * height * places ** 2) };
  });
  return { width, height, maps };
}

/** The features that an encoder gave for one picture. @param outputs `[1, C, h, w]` each. */
export function featuresOf(outputs: readonly (readonly [FeatureName, Tensor])[]): FeatureMaps {
  const [, coarsest] = outputs[0]!;
  const [, , height = 0, width = 0] = coarsest.dims;
  const maps = outputs.map(([name, { dims, data }]) => ({
    name,
    channels: dims[1] ?? 0,
    values: data as Float32Array,
  }));
  return { width, height, maps };
}

/**
 * Copies a part of some features to a place in others.
 *
 * @param from the part of `source`, in cells.
 * @param to where its upper left corner goes in `target`, in cells.
 */
export function copyFeatures(source: FeatureMaps, from: Box, target: FeatureMaps, to: { x: number; y: number }): void {
  for (const [i, { name, channels, values }] of source.maps.entries()) {
    const places = PLACES_IN_CELL[name];
    const [stride, targetStride] = [source.width * places, target.width * places];
    const [rows, length] = [from.height * places, from.width * places];
    const targetValues = target.maps[i]!.values;
    for (let channel = 0; channel < channels; channel++) {
      const begin = (channel * source.height + from.y) * places * stride + from.x * places;
      const targetBegin = (channel * target.height + to.y) * places * targetStride + to.x * places;
      for (let row = 0; row < rows; row++) {
        const at = begin + row * stride;
        targetValues.set(values.subarray(at, at + length), targetBegin + row * targetStride);
      }
    }
  }
}

/** A part of the features as tensors of their own, by name: a runtime may take their buffers away. @param part in cells. */
export function featureTensors(features: FeatureMaps, part: Box): Record<string, Tensor> {
  const cut = featuresLike(features, part.width, part.height);
  copyFeatures(features, part, cut, { x: 0, y: 0 });
  return Object.fromEntries(
    cut.maps.map(({ name, channels, values }) => {
      const places = PLACES_IN_CELL[name];
      return [name, new Tensor("float32", values, [1, channels, part.height * places, part.width * places])];
    }),
  );
}

export function bytesOfFeatures({ maps }: FeatureMaps): number {
  return maps.reduce((sum, { values }) => sum + values.byteLength, 0);
}
