import type { FaceCrop, Point, SimilarityTransform } from "./types.js";

/**
 * The transform that rotates by `angle`, scales by `scale` and takes the point `from` to the point `to`.
 *
 * @param options.angle degrees, positive clockwise on the screen. @default 0
 * @param options.scale @default 1
 */
export function makeSimilarity(options: {
  angle?: number;
  scale?: number;
  from?: Point;
  to?: Point;
}): SimilarityTransform {
  const { angle = 0, scale = 1, from = { x: 0, y: 0 }, to = { x: 0, y: 0 } } = options;
  const radians = (angle * Math.PI) / 180;
  const a = scale * Math.cos(radians);
  const b = scale * Math.sin(radians);
  return { a, b, tx: to.x - (a * from.x - b * from.y), ty: to.y - (b * from.x + a * from.y) };
}

/** The transform that applies `first` and then `second`. */
export function composeSimilarity(second: SimilarityTransform, first: SimilarityTransform): SimilarityTransform {
  const origin = applySimilarity(second, { x: first.tx, y: first.ty });
  return {
    a: second.a * first.a - second.b * first.b,
    b: second.b * first.a + second.a * first.b,
    tx: origin.x,
    ty: origin.y,
  };
}

/** The transform that undoes `transform`, whose scale must not be 0. */
export function invertSimilarity({ a, b, tx, ty }: SimilarityTransform): SimilarityTransform {
  const determinant = a * a + b * b;
  return {
    a: a / determinant,
    b: -b / determinant,
    tx: -(a * tx + b * ty) / determinant,
    ty: (b * tx - a * ty) / determinant,
  };
}

export function applySimilarity({ a, b, tx, ty }: SimilarityTransform, { x, y }: Point): Point {
  return { x: a * x - b * y + tx, y: b * x + a * y + ty };
}

/** By how much a transform enlarges lengths. */
export function similarityScale({ a, b }: SimilarityTransform): number {
  return Math.hypot(a, b);
}

/** From pixels of the photo to pixels of the aligned square, whose upper left corner is (0, 0) and whose side is `size`. */
export function cropToSquare(crop: FaceCrop, size: number): SimilarityTransform {
  return makeSimilarity({
    angle: -crop.angle,
    scale: size / crop.side,
    from: crop.center,
    to: { x: size / 2, y: size / 2 },
  });
}
