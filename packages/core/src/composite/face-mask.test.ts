import { describe, expect, it } from "vitest";
import { cropToSquare } from "../geometry/similarity.js";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import { faceMask } from "./face-mask.js";

const SIZE = 256;
const face = fakeFace({ x: 400, y: 300 }, 500);
const transform = cropToSquare(face.crop, SIZE);

/** A square whose colour is decided by the place, given as parts of its side. */
function square(color: (u: number, v: number) => readonly [number, number, number]) {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let i = 0; i < SIZE * SIZE; i++) data.set([...color((i % SIZE) / SIZE, i / SIZE / SIZE), 255], i * 4);
  return { width: SIZE, height: SIZE, data };
}

function look(mask: Float32Array) {
  const side = Math.sqrt(mask.length);
  return { side, at: (u: number, v: number) => mask[Math.floor(v * side) * side + Math.floor(u * side)]! };
}

describe("faceMask of an even photo", () => {
  const mask = faceMask(
    face,
    transform,
    square(() => [128, 128, 128]),
  );
  const { side, at } = look(mask);

  it("is whole on the face", () => {
    for (const [u, v] of [
      [0.5, 0.5],
      [0.3, 0.5],
      [0.7, 0.5],
      [0.5, 0.25],
      [0.5, 0.72],
    ] as const) {
      expect(at(u, v)).toBeGreaterThan(0.97);
    }
  });

  it("has vanished at the edge of the square and in its corners", () => {
    for (let i = 0; i < side; i++) {
      for (const edge of [mask[i]!, mask[i * side]!, mask[i * side + side - 1]!, mask[(side - 1) * side + i]!]) {
        expect(edge).toBeLessThan(0.01);
      }
    }
    expect(at(0.1, 0.1)).toBe(0);
  });

  it("has no visible edge: it changes by less than half of its range over a thirtieth of the square", () => {
    const step = Math.round(side / 30);
    let steepest = 0;
    for (let i = 0; i < mask.length; i++) {
      if (i % side < side - step) steepest = Math.max(steepest, Math.abs(mask[i]! - mask[i + step]!));
      if (i + step * side < mask.length) steepest = Math.max(steepest, Math.abs(mask[i]! - mask[i + step * side]!));
    }
    expect(steepest).toBeLessThan(0.5);
  });
});

describe("faceMask of a head before a wall", () => {
  it("ends where the head ends", () => {
    // A head of one colour that ends at 0.84 of the width, before a green wall.
    const photo = square((u) => (u < 0.84 ? [215, 175, 150] : [40, 140, 60]));
    const { at, side } = look(faceMask(face, transform, photo));
    const pixel = 1 / side;
    const [head, wall] = [at(0.84 - pixel, 0.5), at(0.84 + pixel, 0.5)];
    const even = look(
      faceMask(
        face,
        transform,
        square(() => [128, 128, 128]),
      ),
    );
    expect(head - wall).toBeGreaterThan(3 * (even.at(0.84 - pixel, 0.5) - even.at(0.84 + pixel, 0.5)));
    expect(wall).toBeLessThan(even.at(0.84 + pixel, 0.5));
  });
});
