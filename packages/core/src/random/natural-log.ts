const bits = new DataView(new ArrayBuffer(8));

/**
 * The natural logarithm, of the same bits in every engine: only additions, multiplications and divisions, which IEEE 754
 * rounds in one way. With x = m·2ᵉ, m in [√½, √2), and s = (m - 1)/(m + 1), ln x = e·ln 2 + 2(s + s³/3 + s⁵/5 + …).
 *
 * @param x a positive, normal number.
 * @returns within 2 units of the last place, or 1e-17 near 1.
 */
export function naturalLog(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000fffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent += 1;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 1 / 23;
  for (let divisor = 21; divisor >= 1; divisor -= 2) sum = sum * square + 1 / divisor;
  return exponent * Math.LN2 + 2 * s * sum;
}
