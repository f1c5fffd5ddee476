/**
 * The solution of a symmetric, positive definite system, by Cholesky's decomposition.
 *
 * @param matrix `[n, n]`
 * @param right `[n, columns]`
 * @returns `[n, columns]`
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array, n: number): Float64Array {
  const columns = right.length / n;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
  }
  const solution = right.slice();
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) solution[i * columns + c]! -= lower[i * n + k]! * solution[k * columns + c]!;
      solution[i * columns + c]! /= lower[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) solution[i * columns + c]! -= lower[k * n + i]! * solution[k * columns + c]!;
      solution[i * columns + c]! /= lower[i * n + i]!;
    }
  }
  return solution;
}
