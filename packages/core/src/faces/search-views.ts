import { makeSimilarity } from "../geometry/similarity.js";
import type { SimilarityTransform } from "../geometry/types.js";
import { DETECTOR_SIZE } from "./anchors.js";

/** Length of a tile's side, as a part of the picture's longer side: faces of 5 % of it are 12 % of a tile. */
const TILE = 0.4;

/** The least part of a tile that its neighbour shares: faces as large as that are whole in one of them. */
const TILE_OVERLAP = 0.3;

/**
 * The whole picture in the detector's square, turned by `angle` about its middle.
 *
 * @param angle degrees, positive clockwise on the screen.
 * @returns the transform from pixels of the picture to pixels of the detector's input.
 */
export function wholeView(width: number, height: number, angle = 0): SimilarityTransform {
  const radians = (angle * Math.PI) / 180;
  const [cosine, sine] = [Math.abs(Math.cos(radians)), Math.abs(Math.sin(radians))];
  const side = Math.max(cosine * width + sine * height, sine * width + cosine * height);
  return view(width / 2, height / 2, side, angle);
}

/** Overlapping squares that cover the picture, at most four each way, each brought to the detector's size. */
export function tileViews(width: number, height: number): SimilarityTransform[] {
  const side = Math.max(width, height) * TILE;
  const [columns, rows] = [tileCenters(width, side), tileCenters(height, side)];
  return rows.flatMap((y) => columns.map((x) => view(x, y, side, 0)));
}

function tileCenters(length: number, side: number): number[] {
  const count = Math.ceil((length - side) / (side * (1 - TILE_OVERLAP)) - 1e-9) + 1;
  if (count <= 1) return [length / 2];
  return Array.from({ length: count }, (_, index) => side / 2 + ((length - side) * index) / (count - 1));
}

function view(x: number, y: number, side: number, angle: number): SimilarityTransform {
  const middle = { x: DETECTOR_SIZE / 2, y: DETECTOR_SIZE / 2 };
  return makeSimilarity({ angle, scale: DETECTOR_SIZE / side, from: { x, y }, to: middle });
}
