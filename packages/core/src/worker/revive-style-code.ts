import { StyleCode } from "../style/style-code.js";

/** A style code that came from another thread, where structured cloning took its class away. */
export function reviveStyleCode({ values, layers, dim, origin }: StyleCode): StyleCode {
  return new StyleCode(values, layers, dim, origin);
}
