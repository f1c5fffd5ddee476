const view = new DataView(new ArrayBuffer(4));

/** The number that 16 bits of IEEE 754 binary16 stand for. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The binary16 bits of the values, or `undefined` when one of them is no binary16 number and would be changed. */
export function exactHalves(values: Float32Array): Uint16Array | undefined {
  const halves = new Uint16Array(values.length);
  for (const [index, value] of values.entries()) {
    const half = halfOf(value);
    if (!Object.is(halfToNumber(half), value)) return undefined;
    halves[index] = half;
  }
  return halves;
}

/** Rounds towards zero, which is enough to recognise the values that need no rounding. */
function halfOf(value: number): number {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 255) - 127;
  if (exponent > 15) return sign | 0x7c00;
  if (exponent >= -14) return sign | ((exponent + 15) << 10) | ((bits >>> 13) & 1023);
  return sign | Math.trunc(Math.abs(value) * 2 ** 24);
}
