import { naturalLog } from "./natural-log.js";

/** How many equally likely values {@link normalQuantiles} holds. */
export const QUANTILES = 2 ** 16;

let table: Float32Array | undefined;

/**
 * The unit normal distribution as a table: entry i is the quantile of (i + ½) / 2¹⁶, so that a 16-bit number drawn evenly picks a
 * normal one, of the same bits in every JavaScript engine. The largest is 4.32.
 *
 * @see Acklam 2003, "An algorithm for computing the inverse normal cumulative distribution function"; relative error below 1.2e-9
 */
export function normalQuantiles(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(QUANTILES);
  for (let i = 0; i < QUANTILES / 2; i++) {
    const value = quantile((i + 0.5) / QUANTILES);
    table[i] = value;
    table[QUANTILES - 1 - i] = -value;
  }
  return table;
}

/** Below this probability the approximation of the tail is used. */
const TAIL = 0.02425;

/** @param p from 0, without it, to ½. */
function quantile(p: number): number {
  if (p < TAIL) {
    const q = Math.sqrt(-2 * naturalLog(p));
    return polynomial(q, TAIL_ABOVE) / (polynomial(q, TAIL_BELOW) * q + 1);
  }
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(r, MIDDLE_ABOVE) * q) / (polynomial(r, MIDDLE_BELOW) * r + 1);
}

/** The highest power first. */
function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}

const MIDDLE_ABOVE = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
  2.506628277459239,
];
const MIDDLE_BELOW = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1,
];
const TAIL_ABOVE = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BELOW = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
