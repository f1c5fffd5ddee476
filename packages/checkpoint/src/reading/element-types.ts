import type { CheckpointDType } from "./checkpoint.js";

export const bytesPerElement: Record<CheckpointDType, number> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  float64: 8,
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
};

/** Reads element `index` of little-endian `view`. */
export function elementReader(dtype: CheckpointDType, view: DataView): (index: number) => number {
  switch (dtype) {
    case "float16":
      return (index) => halfToFloat(view.getUint16(index * 2, true));
    case "bfloat16":
      return (index) => bfloatToFloat(view.getUint16(index * 2, true));
    case "float32":
      return (index) => view.getFloat32(index * 4, true);
    case "float64":
      return (index) => view.getFloat64(index * 8, true);
    case "bool":
    case "uint8":
      return (index) => view.getUint8(index);
    case "int8":
      return (index) => view.getInt8(index);
    case "int16":
      return (index) => view.getInt16(index * 2, true);
    case "int32":
      return (index) => view.getInt32(index * 4, true);
    case "int64":
      return (index) => Number(view.getBigInt64(index * 8, true));
  }
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** An IEEE 754 binary16, given as its bits. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function bfloatToFloat(bfloat: number): number {
  bits[0] = bfloat << 16;
  return float[0] as number;
}

/** The bits of the IEEE 754 binary16 nearest to `value`, ties to even; what is too large becomes infinite. */
export function floatToHalf(value: number): number {
  float[0] = value;
  const raw = bits[0] as number;
  const sign = (raw >>> 16) & 0x8000;
  const magnitude = raw & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // subnormal: the fraction counts units of 2^-24, and adding 0.5 lets the float32 adder round to even
    float[0] = Math.abs(value) + 0.5;
    return sign | ((bits[0] as number) - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** Rounds every element to binary16. */
export function toHalfBits(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, floatToHalf);
}
