import type { Device } from "../runtime/runtime.js";

/**
 * Megapixels that a painting has at most where nobody says another number: what two cores paint in about three seconds. In a
 * browser without a GPU that is less, on a GPU more.
 */
export function usualMegapixels(device: Device): number {
  if (device === "cpu") return 1.5;
  return device === "wasm" ? 0.75 : 4;
}
