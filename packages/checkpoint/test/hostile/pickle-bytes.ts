/** Pieces of pickles, so that a hostile one can be put together instruction by instruction. */
const text = new TextEncoder();

export function join(...pieces: (Uint8Array | number)[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => (typeof piece === "number" ? Uint8Array.of(piece) : piece)));
}

export function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export function uint64(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

export const op = {
  mark: 0x28,
  stop: 0x2e,
  none: 0x4e,
  reduce: 0x52,
  build: 0x62,
  emptyList: 0x5d,
  emptyDict: 0x7d,
  emptyTuple: 0x29,
  tuple: 0x74,
  tuple2: 0x86,
  append: 0x61,
  appends: 0x65,
  setItem: 0x73,
  setItems: 0x75,
  persistentId: 0x51,
  memoize: 0x94,
  stackGlobal: 0x93,
} as const;

export const global = (module: string, name: string) => join(0x63, text.encode(`${module}\n${name}\n`));
export const string = (value: string) => join(0x58, uint32(text.encode(value).length), text.encode(value));
export const integer = (value: number) =>
  Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? join(0x4a, uint32(value >>> 0))
    : join(0x8a, 8, new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
export const put = (index: number) => join(0x71, index);
export const get = (index: number) => join(0x68, index);
export const tuple = (...items: (Uint8Array | number)[]) => join(op.mark, ...items, op.tuple);
export const dict = (...items: (Uint8Array | number)[]) => join(op.emptyDict, op.mark, ...items, op.setItems);
export const pickle = (...body: (Uint8Array | number)[]) => join(0x80, 2, ...body, op.stop);

export interface TensorClaim {
  storage?: string;
  key?: string;
  length?: number;
  offset?: number;
  shape?: readonly number[];
  stride?: readonly number[];
  view?: Uint8Array;
}

/** A tensor as `torch.save` pickles it; by default 2×2 at the start of storage 0 with 4 float32. */
export function tensor(claim: TensorClaim = {}): Uint8Array {
  const { storage = "FloatStorage", key = "0", length = 4, offset = 0, shape = [2, 2], stride = [2, 1], view } = claim;
  const reference = [string("storage"), global("torch", storage), string(key), string("cpu"), integer(length)];
  return join(
    global("torch._utils", "_rebuild_tensor_v2"),
    tuple(
      tuple(...reference, ...(view ? [view] : [])),
      op.persistentId,
      integer(offset),
      tuple(...shape.map(integer)),
      tuple(...stride.map(integer)),
      0x89,
      join(global("collections", "OrderedDict"), op.emptyTuple, op.reduce),
    ),
    op.reduce,
  );
}
