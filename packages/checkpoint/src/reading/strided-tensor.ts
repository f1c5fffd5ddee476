import { type CheckpointDType, type CheckpointTensor, elementCount } from "./checkpoint.js";
import { bytesPerElement, elementReader } from "./element-types.js";
import { invalid } from "./refusal.js";

/** A run of elements of one type that tensors look into; the bytes are fetched when they are first needed. */
export interface Storage {
  readonly dtype: CheckpointDType;
  /** Elements, not bytes. */
  readonly length: number;
  bytes(): Uint8Array;
}

const MAX_DIMENSIONS = 16;

/**
 * A view of a storage with an offset and strides, all counted in elements, as PyTorch keeps tensors.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if the view leaves its storage, or has more elements than the storage
 */
export function stridedTensor(
  name: string,
  storage: Storage,
  { shape, stride, offset }: { shape: readonly number[]; stride: readonly number[]; offset: number },
): CheckpointTensor {
  const counts = [...shape, ...stride, offset];
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw invalid(`${name} has a shape, stride or offset that is not a natural number`);
  }
  if (shape.length !== stride.length || shape.length > MAX_DIMENSIONS) {
    throw invalid(`${name} has ${shape.length} sizes and ${stride.length} strides`);
  }
  const count = elementCount(shape);
  // a view may not blow one stored number up to many: parameters never do, memory would
  if (count > storage.length) {
    throw invalid(`${name} claims ${count} elements, of which only ${storage.length} are stored`);
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] as number), offset);
  if (count > 0 && !(last < storage.length)) {
    throw invalid(`${name} reaches beyond its storage of ${storage.length} elements`);
  }

  return {
    dtype: storage.dtype,
    shape,
    toFloat32() {
      const values = new Float32Array(count);
      if (count === 0) return values;
      const stored = storage.bytes();
      const view = new DataView(stored.buffer, stored.byteOffset, storage.length * bytesPerElement[storage.dtype]);
      const read = elementReader(storage.dtype, view);
      if (isContiguous(shape, stride)) {
        for (let i = 0; i < count; i++) values[i] = read(offset + i);
        return values;
      }
      const index = shape.map(() => 0);
      let position = offset;
      for (let i = 0; i < count; i++) {
        values[i] = read(position);
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          position += stride[axis] as number;
          index[axis] = (index[axis] as number) + 1;
          if ((index[axis] as number) < (shape[axis] as number)) break;
          position -= (stride[axis] as number) * (shape[axis] as number);
          index[axis] = 0;
        }
      }
      return values;
    },
  };
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && stride[axis] !== expected) return false;
    expected *= shape[axis] as number;
  }
  return true;
}

/** The strides of a row-major tensor. */
export function rowMajor(shape: readonly number[]): number[] {
  const stride = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    stride[axis] = (stride[axis + 1] as number) * (shape[axis + 1] as number);
  }
  return stride;
}
