import type { StylizerReference as CoreStylizerReference } from "@mmfs/core/internal";
import type { BundleReference } from "../bundle/bundle-reference.js";

/** Which stylizer a call is for. */
export interface StylizerReference extends CoreStylizerReference {
  bundle: BundleReference;
  maxPixels: number;
  runtimeUrl: string | undefined;
  /** Keep copies of what is fetched. */
  cache: boolean;
}
