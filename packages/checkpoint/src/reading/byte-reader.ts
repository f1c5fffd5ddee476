import { invalid } from "./refusal.js";

/** Reads little-endian numbers one after another and never beyond the end. */
export class ByteReader {
  readonly #view: DataView;
  position = 0;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  /** An unsigned 64-bit count; one beyond 2^53 cannot be true of any file. */
  count64(): number {
    const value = this.#view.getBigUint64(this.#advance(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(`a length of ${value} is stated`);
    return Number(value);
  }

  bigEndianFloat64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }

  #advance(length: number): number {
    if (length < 0 || length > this.remaining) {
      throw invalid(`it ends after ${this.bytes.length} bytes, but ${length} are needed from byte ${this.position} on`);
    }
    const start = this.position;
    this.position += length;
    return start;
  }
}
