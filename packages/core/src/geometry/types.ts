/** A point in pixels of a picture: x to the right, y down, (0, 0) at the outer corner of the first pixel. */
export interface Point {
  x: number;
  y: number;
}

/** An upright rectangle in pixels; (x, y) is its upper left corner. It may reach outside the picture. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * The square that FFHQ's alignment cuts out around a face.
 *
 * @see Karras et al. 2019, "A Style-Based Generator Architecture for GANs", appendix on FFHQ
 */
export interface FaceCrop {
  center: Point;
  /** Side of the square in pixels of the photo. */
  side: number;
  /** Angle of the square's upper edge against the photo's, in degrees, positive clockwise on the screen. */
  angle: number;
}

/**
 * A similarity transform `x' = a·x − b·y + tx`, `y' = b·x + a·y + ty`: rotation, one scale and translation.
 */
export interface SimilarityTransform {
  a: number;
  b: number;
  tx: number;
  ty: number;
}
