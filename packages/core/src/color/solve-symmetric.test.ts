import { expect, it } from "vitest";
import { RandomGenerator } from "../random/random-generator.js";
import { solveSymmetric } from "./solve-symmetric.js";

it("gives what the matrix makes the right side of", () => {
  const n = 6;
  const factor = new RandomGenerator(3).normals(n * n);
  const matrix = Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Array.from({ length: n }, (_, k) => factor[i * n + k]! * factor[j * n + k]!).reduce((a, b) => a + b);
  });
  const right = Float64Array.from(new RandomGenerator(4).normals(n * 2));
  const solution = solveSymmetric(matrix, right, n);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < 2; c++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * solution[k * 2 + c]!;
      expect(sum).toBeCloseTo(right[i * 2 + c]!, 6);
    }
  }
});
