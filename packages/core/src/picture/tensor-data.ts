import type { Picture } from "./picture.js";

const toRange = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/**
 * The colours of a picture as a network reads them; alpha is left out.
 *
 * @returns RGB planes `[3, height, width]` in [-1, 1], `x / 127.5 - 1` as in the published preprocessing.
 */
export function toTensorData({ width, height, data }: Picture): Float32Array {
  const plane = width * height;
  const planes = new Float32Array(3 * plane);
  for (let i = 0, at = 0; i < plane; i++, at += 4) {
    planes[i] = toRange[data[at]!]!;
    planes[plane + i] = toRange[data[at + 1]!]!;
    planes[2 * plane + i] = toRange[data[at + 2]!]!;
  }
  return planes;
}

/**
 * An opaque picture of what a network wrote.
 *
 * @param planes RGB planes `[3, height, width]`; -1 becomes 0 and 1 becomes 255, rounded, and clamped beyond.
 */
export function fromTensorData(planes: Float32Array, width: number, height: number): Picture {
  const plane = width * height;
  const data = new Uint8ClampedArray(plane * 4);
  for (let i = 0, at = 0; i < plane; i++, at += 4) {
    data[at] = (planes[i]! + 1) * 127.5;
    data[at + 1] = (planes[plane + i]! + 1) * 127.5;
    data[at + 2] = (planes[2 * plane + i]! + 1) * 127.5;
    data[at + 3] = 255;
  }
  return { width, height, data };
}
