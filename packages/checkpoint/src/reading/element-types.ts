import { bfloatToFloat, halfToFloat } from "../half-float.js";
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
