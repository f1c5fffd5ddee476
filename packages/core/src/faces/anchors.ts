import type { Point } from "../geometry/types.js";

/** Side of the detector's input in pixels. */
export const DETECTOR_SIZE = 256;

/**
 * The places that BlazeFace's outputs refer to, in pixels of its 256-pixel input: two at each cell of a 16 × 16 grid,
 * then six at each cell of an 8 × 8 grid, 896 in all.
 *
 * @see Bazarevsky et al. 2019, "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", section 3.2
 */
export const ANCHORS: readonly Point[] = [...gridAnchors(16, 2), ...gridAnchors(8, 6)];

function gridAnchors(cells: number, perCell: number): Point[] {
  const stride = DETECTOR_SIZE / cells;
  return Array.from({ length: cells * cells * perCell }, (_, index) => {
    const cell = Math.floor(index / perCell);
    return { x: ((cell % cells) + 0.5) * stride, y: (Math.floor(cell / cells) + 0.5) * stride };
  });
}
