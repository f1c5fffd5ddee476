import type * as Web from "../src/index.js";

declare global {
  interface Window {
    mmfs: typeof Web;
    element: typeof import("../src/element.js");
  }
}

/** What a page tells of a result: Playwright carries no typed arrays, so pixels travel as a string of Latin-1. */
export interface Told {
  width: number;
  height: number;
  pixels: string;
  device: string;
  warnings: string[];
  facesFound: number;
}

/** The largest difference between the pixels of a page and others. */
export function largestDifference(told: Told, expected: Uint8ClampedArray): number {
  const pixels = Buffer.from(told.pixels, "latin1");
  if (pixels.byteLength !== expected.byteLength) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (const [i, byte] of pixels.entries()) largest = Math.max(largest, Math.abs(byte - (expected[i] ?? 0)));
  return largest;
}

/** Makes `tell(result)` known in a page. */
export const TELL = `
globalThis.tell = ({ width, height, data, device, warnings, facesFound }) => {
  let pixels = "";
  for (let i = 0; i < data.length; i += 4096) pixels += String.fromCharCode(...data.subarray(i, i + 4096));
  return { width, height, pixels, device, warnings, facesFound };
};
globalThis.failure = async (promise) => {
  try { await promise; return "none"; } catch (error) { return typeof error?.code === "string" ? error.code : error?.name; }
};`;
