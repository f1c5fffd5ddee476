import { describe, expect, it } from "vitest";
import { cropToSquare } from "../geometry/similarity.js";
import { fakeFace } from "../stylizer/__fixtures__/fake-faces.js";
import { faceMask } from "./face-mask.js";

const SIZE = 256;

describe("faceMask", () => {
  const face = fakeFace({ x: 400, y: 300 }, 500);
  const mask = faceMask(face, cropToSquare(face.crop, SIZE), SIZE);
  const side = Math.sqrt(mask.length);
  const at = (u: number, v: number) => mask[Math.floor(v * side) * side + Math.floor(u * side)]!;

  it("is whole on the face", () => {
    expect(at(0.5, 0.5)).toBe(1);
    expect(at(0.3, 0.5)).toBe(1);
    expect(at(0.5, 0.25)).toBe(1);
    expect(at(0.5, 0.75)).toBe(1);
  });

  it("has vanished at the edge of the square and in its corners", () => {
    for (let i = 0; i < side; i++) {
      for (const edge of [mask[i]!, mask[i * side]!, mask[i * side + side - 1]!, mask[(side - 1) * side + i]!]) {
        expect(edge).toBeLessThan(0.02);
      }
    }
    expect(at(0.05, 0.05)).toBe(0);
  });

  it("reaches above the face for the hair further than below it", () => {
    expect(at(0.5, 0.12)).toBeGreaterThan(at(0.5, 0.88));
  });

  it("has no visible edge: it changes by less than a third of its range over a fortieth of the square", () => {
    const step = Math.round(side / 40);
    let steepest = 0;
    for (let i = 0; i < mask.length; i++) {
      if (i % side < side - step) steepest = Math.max(steepest, Math.abs(mask[i]! - mask[i + step]!));
      if (i + step * side < mask.length) steepest = Math.max(steepest, Math.abs(mask[i]! - mask[i + step * side]!));
    }
    expect(steepest).toBeLessThan(0.33);
  });
});
