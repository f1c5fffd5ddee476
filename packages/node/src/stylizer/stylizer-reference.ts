import type { StylizerReference as CoreStylizerReference } from "@mmfs/core/internal";

/** Which stylizer a call is for. */
export interface StylizerReference extends CoreStylizerReference {
  /** Path of the bundle's folder. */
  bundle: string;
}
