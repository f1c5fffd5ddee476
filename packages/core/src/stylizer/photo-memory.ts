import type { Face } from "../faces/face.js";
import { bytesOfFeatures, type FeatureMaps } from "../networks/feature-maps.js";
import { LruCache } from "./lru-cache.js";

/** Of how many photos the faces are remembered, and how many bytes of the encoder's features. */
const [PHOTOS_KEPT, FEATURE_BYTES_KEPT] = [8, 96 * 2 ** 20];

/** What is remembered of the last photos, by their content, so that another style for one of them runs the decoder alone. */
export class PhotoMemory {
  readonly faces = new LruCache<readonly Face[]>(PHOTOS_KEPT);
  readonly features = new LruCache<FeatureMaps>(FEATURE_BYTES_KEPT, bytesOfFeatures);

  clear(): void {
    this.faces.clear();
    this.features.clear();
  }
}
