import { MMFSError } from "../errors/mmfs-error.js";
import type { Face } from "../faces/face.js";
import { bytesOfFeatures, type FeatureMaps } from "../networks/feature-maps.js";
import { LruCache } from "./lru-cache.js";

/** How much is remembered of the last photos; with 0 nothing is. */
export interface PhotoMemoryOptions {
  /** Of how many photos the faces are remembered. @default 8 */
  photos?: number | undefined;
  /** How many bytes of the encoder's features are remembered; a photo of 1.5 megapixels has some 50 MB. @default 96 MiB */
  featureBytes?: number | undefined;
}

/** What is remembered of the last photos, by their content, so that another style for one of them runs the decoder alone. */
export class PhotoMemory {
  readonly faces: LruCache<readonly Face[]>;
  readonly features: LruCache<FeatureMaps>;

  /** @throws {MMFSError} `INVALID_ARGUMENT` */
  constructor({ photos = 8, featureBytes = 96 * 2 ** 20 }: PhotoMemoryOptions = {}) {
    for (const [name, size] of Object.entries({ photos, featureBytes })) {
      if (size >= 0) continue;
      throw new MMFSError("INVALID_ARGUMENT", `memory.${name} must be a number from 0 on, not ${size}.`);
    }
    this.faces = new LruCache(photos);
    this.features = new LruCache(featureBytes, bytesOfFeatures);
  }

  clear(): void {
    this.faces.clear();
    this.features.clear();
  }
}
