import type { DeviceOption, DType, ServedStylizer } from "@mmfs/core";
import type { BundleReference } from "../bundle/bundle-reference.js";
import type { TravellingPhoto } from "../picture/travelling-photo.js";

/** Which stylizer a call is for. */
export interface StylizerReference {
  id: number;
  bundle: BundleReference;
  device: DeviceOption;
  dtype: DType;
  threads: number | undefined;
  maxPixels: number;
  runtimeUrl: string | undefined;
  /** Keep copies of what is fetched. */
  cache: boolean;
}

/** What may be called in the worker: argument and answer. */
export type WorkerFunctions = ServedStylizer<StylizerReference, TravellingPhoto>;
