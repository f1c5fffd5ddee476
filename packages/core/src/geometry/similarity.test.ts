import { describe, expect, it } from "vitest";
import {
  applySimilarity,
  composeSimilarity,
  cropToSquare,
  invertSimilarity,
  makeSimilarity,
  similarityScale,
} from "./similarity.js";

const near = (x: number, y: number) => ({ x: expect.closeTo(x, 9), y: expect.closeTo(y, 9) });

describe("makeSimilarity", () => {
  it("turns clockwise on the screen, scales, and takes one point to another", () => {
    const transform = makeSimilarity({ angle: 90, scale: 2, from: { x: 10, y: 5 }, to: { x: 1, y: 1 } });
    expect(applySimilarity(transform, { x: 10, y: 5 })).toEqual(near(1, 1));
    // One to the right becomes two down.
    expect(applySimilarity(transform, { x: 11, y: 5 })).toEqual(near(1, 3));
    expect(similarityScale(transform)).toBeCloseTo(2, 12);
  });
});

describe("composition and inverse", () => {
  const one = makeSimilarity({ angle: 30, scale: 1.7, to: { x: 4, y: -2 } });
  const other = makeSimilarity({ angle: -100, scale: 0.3, from: { x: 9, y: 9 } });

  it("applies the second after the first", () => {
    const point = { x: 3, y: 8 };
    const expected = applySimilarity(one, applySimilarity(other, point));
    expect(applySimilarity(composeSimilarity(one, other), point)).toEqual(near(expected.x, expected.y));
  });

  it("undoes", () => {
    expect(applySimilarity(invertSimilarity(one), applySimilarity(one, { x: 3, y: 8 }))).toEqual(near(3, 8));
  });
});

describe("cropToSquare", () => {
  it("takes the crop's corners to the square's", () => {
    const transform = cropToSquare({ center: { x: 100, y: 50 }, side: 20, angle: 0 }, 256);
    expect(applySimilarity(transform, { x: 90, y: 40 })).toEqual(near(0, 0));
    expect(applySimilarity(transform, { x: 110, y: 60 })).toEqual(near(256, 256));
  });

  it("sets a face upright that leans clockwise", () => {
    // The upper edge of the crop runs down to the right; along it lies the square's upper edge.
    const transform = cropToSquare({ center: { x: 0, y: 0 }, side: 2, angle: 45 }, 2);
    expect(applySimilarity(transform, { x: 0, y: -Math.SQRT2 })).toEqual(near(0, 0));
    expect(applySimilarity(transform, { x: Math.SQRT2, y: 0 })).toEqual(near(2, 0));
  });
});
