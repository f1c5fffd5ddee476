import { StyleCode } from "@mmfs/core";

/** A style code that came from another thread, where structured cloning took its class away. */
export function reviveStyleCode({ values, layers, dim, origin }: StyleCode): StyleCode {
  return new StyleCode(values, layers, dim, origin);
}
