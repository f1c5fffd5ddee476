import { FACE_OVAL } from "../composite/face-oval.js";
import type { Face } from "../faces/face.js";
import { distanceOutside } from "../geometry/polygon-distance.js";
import type { Size } from "./matte.js";

/** The outline of a face is drawn in to this part: a profile's may lie beyond its nose. */
const INNER = 0.85;

/** Over how much the area ends, as a part of the side of the face. */
const SOFT = 0.05;

/**
 * Where there are people for certain: within the outlines of their faces.
 *
 * @param scale pixels of the plane for one of the photo.
 * @returns `height × width` shares, 1 on faces.
 */
export function sureFaces(
  { width, height }: Size,
  faces: readonly Pick<Face, "landmarks">[],
  scale: number,
): Float32Array {
  const shares = new Float32Array(width * height);
  for (const { landmarks } of faces) {
    const points = FACE_OVAL.map((index) => landmarks[index]!);
    const mean = (axis: "x" | "y") => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
    const [x, y] = [mean("x"), mean("y")];
    const outline = points.map((point) => ({
      x: (x + INNER * (point.x - x)) * scale,
      y: (y + INNER * (point.y - y)) * scale,
    }));
    const [xs, ys] = [outline.map((point) => point.x), outline.map((point) => point.y)];
    const soft = SOFT * Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    const [left, right] = [
      Math.max(0, Math.floor(Math.min(...xs) - soft)),
      Math.min(width, Math.ceil(Math.max(...xs) + soft)),
    ];
    const [top, bottom] = [
      Math.max(0, Math.floor(Math.min(...ys) - soft)),
      Math.min(height, Math.ceil(Math.max(...ys) + soft)),
    ];
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const distance = distanceOutside(outline, { x: column + 0.5, y: row + 0.5 });
        const at = row * width + column;
        shares[at] = Math.max(shares[at]!, 1 - distance / soft);
      }
    }
  }
  return shares;
}
