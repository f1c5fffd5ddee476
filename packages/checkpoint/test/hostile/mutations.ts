import { RandomGenerator } from "@mmfs/core/internal";
import { join } from "./pickle-bytes.js";

/** Numbers that break careless readers. */
const EXTREMES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  1n << 53n,
  1n << 63n,
  (1n << 64n) - 1n,
];

/** A copy of `bytes` with one to eight random changes; the same for the same seed. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = new RandomGenerator(seed);
  const below = (limit: number) => (limit > 0 ? random.uint32() % limit : 0);
  let result: Uint8Array = bytes.slice();
  for (let changes = 1 + below(8); changes > 0; changes--) {
    // both ends of a file hold its structure, the middle mostly weights
    const where = below(4);
    const span = Math.min(result.length, 4096);
    const at = where === 0 ? below(span) : where === 1 ? result.length - 1 - below(span) : below(result.length);
    const length = 1 + below(64);
    switch (below(8)) {
      case 0:
        result[at] = (result[at] ?? 0) ^ (1 << below(8));
        break;
      case 1:
        result[at] = below(256);
        break;
      case 2:
        result = join(result.subarray(0, at), result.subarray(at + length));
        break;
      case 3:
        result = join(
          result.subarray(0, at),
          result.subarray(below(result.length)).subarray(0, length),
          result.subarray(at),
        );
        break;
      case 4:
        result = result.slice(0, at);
        break;
      case 5:
        result.copyWithin(at, below(result.length), below(result.length));
        break;
      default: {
        const extreme = EXTREMES[below(EXTREMES.length)] as bigint;
        const number = new Uint8Array(BigUint64Array.of(extreme).buffer).subarray(0, [1, 2, 4, 8][below(4)]);
        result.set(number.subarray(0, result.length - at), at);
      }
    }
    if (result.length === 0) return result;
  }
  return result;
}
