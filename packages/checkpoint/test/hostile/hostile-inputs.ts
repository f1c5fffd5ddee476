import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { networkLayout, readCheckpoint, readNetwork } from "../../src/index.js";
import {
  dict,
  get,
  global,
  integer,
  join,
  op,
  pickle,
  put,
  string,
  tensor,
  tuple,
  uint32,
  uint64,
} from "./pickle-bytes.js";
import { rawSafetensors, type SafetensorsEntry, safetensors } from "./safetensors-bytes.js";
import { pth, zip } from "./zip-bytes.js";

/** A file that is broken or made to do harm. */
export interface HostileInput {
  group: "zip archive" | "pickle" | "tensor" | "legacy file" | "safetensors" | "network";
  /** What is wrong with it. */
  name: string;
  code: "CHECKPOINT_INVALID" | "CHECKPOINT_UNSAFE";
  make(): Uint8Array;
}

/** Reads a file as far as a conversion would, without writing graphs. */
export function readEverything(bytes: Uint8Array): void {
  const checkpoint = readCheckpoint(bytes);
  for (const tensor of checkpoint.tensors.values()) tensor.toFloat32();
  const network = readNetwork(checkpoint);
  const { feedForward, embeddingDim } = network;
  const { baseWidth, styleDim, detail } = network.shape;
  const parts = { mapper: embeddingDim !== undefined, feedForward, detail };
  for (const key of networkLayout(baseWidth, styleDim, parts).keys()) network.weights(key);
}

const fixture = (path: string) => new Uint8Array(readFileSync(new URL(`../__fixtures__/${path}`, import.meta.url)));
const plain = pickle(dict(string("a"), tensor()));
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const repeat = (count: number, ...pieces: (Uint8Array | number)[]) => {
  const unit = join(...pieces);
  const bytes = new Uint8Array(count * unit.length);
  for (let i = 0; i < count; i++) bytes.set(unit, i * unit.length);
  return bytes;
};
const inPth = (...body: (Uint8Array | number)[]) => pth(pickle(...body));
const claimed = (claim: Parameters<typeof tensor>[0]) => inPth(dict(string("a"), tensor(claim)));
const header = (info: object | string, bytes = 16) =>
  rawSafetensors(typeof info === "string" ? info : JSON.stringify(info), new Uint8Array(bytes));
const legacyStart = () =>
  join(
    Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, op.stop),
    pickle(integer(1001)),
    pickle(dict(string("little_endian"), 0x88)),
  );
const legacy = (keys: string[], length: bigint, data: Uint8Array, claim = {}) =>
  join(
    legacyStart(),
    pickle(dict(string("a"), tensor(claim))),
    pickle(op.emptyList, op.mark, ...keys.map(string), op.appends),
    uint64(length),
    data,
  );

function networkFile(change: (tensors: Record<string, SafetensorsEntry>) => void): Uint8Array {
  const tensors: Record<string, SafetensorsEntry> = {};
  for (const [key, shape] of networkLayout(1, 2)) {
    const count = shape.reduce((a, b) => a * b, 1);
    tensors[key] = { dtype: "F32", shape, bytes: floats(...Array.from({ length: count }, (_, i) => Math.sin(i))) };
  }
  change(tensors);
  return safetensors(tensors);
}

const INVALID = "CHECKPOINT_INVALID";
const UNSAFE = "CHECKPOINT_UNSAFE";
type Row = [name: string, code: HostileInput["code"], make: () => Uint8Array];

const groups: Record<HostileInput["group"], Row[]> = {
  "zip archive": [
    ["an empty file", INVALID, () => new Uint8Array()],
    [
      "a web page instead of the file",
      INVALID,
      () => new TextEncoder().encode("<!doctype html><title>Sign in</title>"),
    ],
    ["cut short in the middle", INVALID, () => fixture("s32/checkpoint.pth").slice(0, 90_000)],
    ["cut short by one byte", INVALID, () => fixture("s32/checkpoint.pth").slice(0, -1)],
    ["a zip of something else", INVALID, () => zip([{ name: "readme.txt", content: floats(1) }])],
    ["a TorchScript program", INVALID, () => zip([{ name: "net/constants.pkl", content: plain }])],
    ["an entry named ../../etc/passwd", INVALID, () => pth(plain, [{ name: "../../etc/passwd", content: floats(1) }])],
    ["an entry with an absolute path", INVALID, () => pth(plain, [{ name: "/etc/passwd", content: floats(1) }])],
    ["an entry with a drive letter", INVALID, () => pth(plain, [{ name: "C:/boot.ini", content: floats(1) }])],
    ["an entry with a backslash", INVALID, () => pth(plain, [{ name: "archive\\..\\x", content: floats(1) }])],
    ["an entry with a NUL in its name", INVALID, () => pth(plain, [{ name: "archive/a\0b", content: floats(1) }])],
    [
      "a name that is not UTF-8",
      INVALID,
      () => pth(plain, [{ name: "archive/é", content: floats(1) }]).map((b) => (b === 0xc3 ? 0xff : b)),
    ],
    ["an entry twice", INVALID, () => pth(plain, [{ name: "archive/data/0", content: floats(9, 9, 9, 9) }])],
    ["two pickles", INVALID, () => pth(plain, [{ name: "other/data.pkl", content: plain }])],
    [
      "entries that overlap",
      INVALID,
      () => pth(plain, [{ name: "archive/data/0b", content: floats(1, 2, 3, 4), offset: 0 }]),
    ],
    [
      "an entry outside the file",
      INVALID,
      () => pth(plain, [{ name: "archive/data/1", content: floats(1), offset: 0xfffffff0 }]),
    ],
    [
      "more entries claimed than there are",
      INVALID,
      () => zip([{ name: "a/data.pkl", content: plain }], { entryCount: 65_000 }),
    ],
    [
      "a directory that lies outside the file",
      INVALID,
      () => zip([{ name: "a/data.pkl", content: plain }], { directoryOffset: 0x7fffffff }),
    ],
    [
      "a ZIP64 mark without a ZIP64 directory",
      INVALID,
      () => zip([{ name: "a/data.pkl", content: plain }], { entryCount: 0xffff }),
    ],
    ["an encrypted entry", INVALID, () => zip([{ name: "a/data.pkl", content: plain, flags: 1 }])],
    ["an entry packed by an unknown method", INVALID, () => zip([{ name: "a/data.pkl", content: plain, method: 14 }])],
    ["a stored entry that claims 4 GB", INVALID, () => zip([{ name: "a/data.pkl", content: plain, size: 0xfffffff0 }])],
    [
      "a zip bomb: 16 kB that say they unpack to 1 GB",
      INVALID,
      () =>
        zip([
          {
            name: "a/data.pkl",
            content: deflateRawSync(new Uint8Array(1 << 24)),
            size: 1 << 30,
            method: 8,
            crc: 0,
          },
        ]),
    ],
    [
      "a zip bomb: 64 kB that say they unpack to 1 kB, and unpack to 64 MB",
      INVALID,
      () =>
        zip([{ name: "a/data.pkl", content: deflateRawSync(new Uint8Array(1 << 26)), size: 1024, method: 8, crc: 0 }]),
    ],
    [
      "a thousand packed entries of 10 MB",
      INVALID,
      () =>
        pth(
          plain,
          Array.from({ length: 1000 }, (_, i) => ({
            name: `archive/z${i}`,
            content: deflateRawSync(new Uint8Array(10_000)),
            size: 10_000_000,
            method: 8,
          })),
        ),
    ],
    [
      "a packed entry that is no deflate stream",
      INVALID,
      () => zip([{ name: "a/data.pkl", content: floats(1, 2, 3), size: 100, method: 8 }]),
    ],
    ["a pickle with another CRC-32", INVALID, () => zip([{ name: "a/data.pkl", content: plain, crc: 1 }])],
    [
      "weights with another CRC-32",
      INVALID,
      () =>
        zip([
          { name: "a/data.pkl", content: plain },
          { name: "a/data/0", content: floats(1, 2, 3, 4), crc: 1 },
        ]),
    ],
    [
      "saved on a big-endian computer",
      INVALID,
      () => pth(plain, [{ name: "archive/byteorder", content: new TextEncoder().encode("big") }]),
    ],
    ["a storage that is missing", INVALID, () => zip([{ name: "a/data.pkl", content: plain }])],
    [
      "a storage that is shorter than stated",
      INVALID,
      () =>
        zip([
          { name: "a/data.pkl", content: plain },
          { name: "a/data/0", content: floats(1) },
        ]),
    ],
  ],
  pickle: [
    [
      "os.system, as Python writes it on Linux",
      UNSAFE,
      () => inPth(global("posix", "system"), tuple(string("id")), op.reduce),
    ],
    [
      "os.system, as Python writes it on Windows",
      UNSAFE,
      () => inPth(global("nt", "system"), tuple(string("dir")), op.reduce),
    ],
    [
      "builtins.eval by STACK_GLOBAL",
      UNSAFE,
      () => inPth(string("builtins"), string("eval"), op.stackGlobal, tuple(string("1")), op.reduce),
    ],
    [
      "builtins.getattr on a known module",
      UNSAFE,
      () => inPth(global("builtins", "getattr"), tuple(global("torch", "Size"), string("__class__")), op.reduce),
    ],
    [
      "a name that is mentioned and never called",
      UNSAFE,
      () => inPth(dict(string("a"), global("subprocess", "Popen"))),
    ],
    ["torch.load itself", UNSAFE, () => inPth(global("torch.serialization", "load"), tuple(string("x")), op.reduce)],
    [
      "a whole module instead of its state dict",
      UNSAFE,
      () => inPth(global("torch.nn.modules.linear", "Linear"), op.emptyTuple, 0x81),
    ],
    [
      "a NumPy scalar",
      UNSAFE,
      () =>
        inPth(dict(string("metric"), join(global("numpy.core.multiarray", "scalar"), tuple(integer(1)), op.reduce))),
    ],
    ["a complex storage", UNSAFE, () => claimed({ storage: "ComplexFloatStorage" })],
    ["an object by INST", UNSAFE, () => inPth(op.mark, join(0x69, new TextEncoder().encode("os\nsystem\n")))],
    ["an object by OBJ", UNSAFE, () => inPth(op.mark, global("torch", "Size"), 0x6f)],
    ["an object by NEWOBJ", UNSAFE, () => inPth(global("torch", "Size"), op.emptyTuple, 0x81)],
    ["an entry of the extension registry", UNSAFE, () => inPth(0x82, 1)],
    ["state set on a tensor", UNSAFE, () => inPth(tensor(), dict(string("__class__"), integer(1)), op.build)],
    ["a call of a string", UNSAFE, () => inPth(string("system"), tuple(string("id")), op.reduce)],
    [
      "a call of a storage type",
      UNSAFE,
      () => inPth(global("torch", "FloatStorage"), tuple(integer(1 << 30)), op.reduce),
    ],
    [
      "an ordered dict from a number",
      UNSAFE,
      () => inPth(global("collections", "OrderedDict"), tuple(integer(3)), op.reduce),
    ],
    [
      "tuples of tuples that double 60 times",
      INVALID,
      () => inPth(op.emptyTuple, put(0), ...Array.from({ length: 60 }, () => join(get(0), op.tuple2, put(0)))),
    ],
    [
      "the same as the type of a storage",
      INVALID,
      () =>
        inPth(
          op.mark,
          string("storage"),
          op.emptyTuple,
          put(0),
          ...Array.from({ length: 60 }, () => join(get(0), op.tuple2, put(0))),
          string("0"),
          string("cpu"),
          integer(1),
          op.tuple,
          op.persistentId,
        ),
    ],
    ["a list that holds itself", INVALID, () => inPth(op.emptyList, put(0), get(0), op.append)],
    ["a dict that holds itself", INVALID, () => inPth(op.emptyDict, put(0), string("a"), get(0), op.setItem)],
    ["lists nested 100,000 deep", INVALID, () => inPth(repeat(100_000, op.emptyList), repeat(99_999, op.append))],
    ["100,000 open groups", INVALID, () => inPth(repeat(100_000, op.mark))],
    ["three million instructions", INVALID, () => inPth(repeat(3_000_000, op.none))],
    ["a million empty dicts", INVALID, () => inPth(op.mark, repeat(1_000_000, op.emptyDict), op.tuple)],
    ["a million remembered values", INVALID, () => inPth(op.none, repeat(1_000_000, op.memoize))],
    [
      "a million tensors of one storage",
      INVALID,
      () => inPth(op.emptyList, op.mark, tensor(), put(0), repeat(1_000_000, get(0)), op.appends),
    ],
    [
      "a pickle of 40 MB",
      INVALID,
      () => inPth(repeat(40, join(0x58, uint32(1_000_000), new Uint8Array(1_000_000).fill(65)), 0x30)),
    ],
    ["a string that claims 4 GB", INVALID, () => inPth(0x58, uint32(0xffffffff))],
    ["bytes that claim 2^63", INVALID, () => inPth(0x8d, uint64(1n << 63n))],
    ["a frame beyond the end", INVALID, () => inPth(0x95, uint64(1n << 40n), op.none)],
    ["a key twice", INVALID, () => inPth(dict(string("a"), tensor(), string("a"), tensor()))],
    [
      "two ways to one name",
      INVALID,
      () => inPth(dict(string("a"), dict(string("b"), tensor()), string("a.b"), tensor())),
    ],
    ["a tuple as a key", INVALID, () => inPth(dict(tuple(integer(1)), tensor()))],
    ["a string that is not UTF-8", INVALID, () => inPth(0x58, uint32(2), 0xff, 0xfe)],
    ["an instruction that does not exist", INVALID, () => inPth(0xff)],
    ["protocol 9", INVALID, () => pth(join(0x80, 9, op.none, op.stop))],
    ["a value taken from an empty stack", INVALID, () => inPth(op.reduce)],
    ["a group ended that was not begun", INVALID, () => inPth(op.tuple)],
    ["values left behind", INVALID, () => inPth(op.none, op.none)],
    ["a memo that was never written", INVALID, () => inPth(get(7))],
    ["no end", INVALID, () => pth(join(0x80, 2, op.none))],
    ["a list appended to a number", INVALID, () => inPth(integer(1), integer(2), op.append)],
    ["an odd number of items for a dict", INVALID, () => inPth(op.emptyDict, op.mark, string("a"), op.setItems)],
    [
      "a storage in place of a tensor",
      INVALID,
      () =>
        inPth(
          tuple(string("storage"), global("torch", "FloatStorage"), string("0"), string("cpu"), integer(4)),
          op.persistentId,
        ),
    ],
  ],
  tensor: [
    ["an offset beyond its storage", INVALID, () => claimed({ offset: 1 })],
    ["an offset of 2^60", INVALID, () => claimed({ offset: 2 ** 60 })],
    ["strides beyond its storage", INVALID, () => claimed({ stride: [4, 1] })],
    ["a billion elements by stride 0", INVALID, () => claimed({ shape: [1e9], stride: [0] })],
    ["sizes whose product overflows", INVALID, () => claimed({ shape: [2 ** 40, 2 ** 40], stride: [0, 0] })],
    ["a negative size", INVALID, () => claimed({ shape: [-2, -2] })],
    ["a negative stride", INVALID, () => claimed({ stride: [-2, 1], offset: 3 })],
    ["more strides than sizes", INVALID, () => claimed({ stride: [4, 2, 1] })],
    ["a thousand dimensions", INVALID, () => claimed({ shape: Array(1000).fill(1), stride: Array(1000).fill(1) })],
    ["a storage length that lies", INVALID, () => claimed({ length: 1 << 30 })],
    ["a storage key that is a path", INVALID, () => claimed({ key: "../../../etc/passwd" })],
    [
      "a part of a storage, as before PyTorch 0.4",
      INVALID,
      () => claimed({ view: tuple(string("v"), integer(0), integer(2)) }),
    ],
  ],
  "legacy file": [
    ["cut short in the pickles", INVALID, () => fixture("s32/checkpoint-legacy.pth").slice(0, 4_000)],
    ["cut short in the weights", INVALID, () => fixture("s32/checkpoint-legacy.pth").slice(0, -100)],
    ["a bare pickle", INVALID, () => plain],
    [
      "a bare pickle that calls os.system",
      UNSAFE,
      () => pickle(global("posix", "system"), tuple(string("id")), op.reduce),
    ],
    [
      "os.system as the object",
      UNSAFE,
      () => join(legacyStart(), pickle(global("posix", "system"), tuple(string("id")), op.reduce)),
    ],
    ["a storage that no tensor has", INVALID, () => legacy(["0", "1"], 4n, floats(1, 2, 3, 4))],
    [
      "a storage twice",
      INVALID,
      () => legacy(["0", "0"], 4n, join(floats(1, 2, 3, 4), uint64(4n), floats(1, 2, 3, 4))),
    ],
    ["a storage that is missing", INVALID, () => legacy([], 4n, floats(1, 2, 3, 4))],
    ["a storage of another length than stated", INVALID, () => legacy(["0"], 5n, floats(1, 2, 3, 4, 5))],
    ["a storage that claims 2^62 elements", INVALID, () => legacy(["0"], 1n << 62n, floats(1, 2, 3, 4))],
  ],
  safetensors: [
    ["a header length of 2^63", INVALID, () => join(uint64(1n << 63n), new TextEncoder().encode("{}"))],
    ["a header length beyond the file", INVALID, () => join(uint64(1000n), new TextEncoder().encode("{}"))],
    ["a header of 2 MB", INVALID, () => rawSafetensors(`{"a":"${"x".repeat(2_000_000)}"}`)],
    ["a header that is not JSON", INVALID, () => header("{not json}")],
    ["a header that is not UTF-8", INVALID, () => join(uint64(4n), Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d))],
    ["brackets nested 500,000 deep", INVALID, () => header(`{"a":${"[".repeat(500_000)}`)],
    [
      "a key twice",
      INVALID,
      () =>
        header(
          `{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}`,
        ),
    ],
    ["a field twice", INVALID, () => header(`{"a":{"dtype":"F32","shape":[1],"shape":[4],"data_offsets":[0,16]}}`)],
    ["a tensor that is a number", INVALID, () => header({ a: 7 })],
    ["an unknown type", INVALID, () => header({ a: { dtype: "F4", shape: [4], data_offsets: [0, 16] } })],
    ["a negative size", INVALID, () => header({ a: { dtype: "F32", shape: [-4], data_offsets: [0, 16] } })],
    ["a size with a fraction", INVALID, () => header({ a: { dtype: "F32", shape: [4.5], data_offsets: [0, 16] } })],
    [
      "sizes whose product overflows",
      INVALID,
      () => header({ a: { dtype: "F32", shape: [2 ** 52, 2 ** 52], data_offsets: [0, 16] } }),
    ],
    [
      "a shape that does not fit its bytes",
      INVALID,
      () => header({ a: { dtype: "F32", shape: [3], data_offsets: [0, 16] } }),
    ],
    [
      "a tensor that ends before it begins",
      INVALID,
      () => header({ a: { dtype: "F32", shape: [4], data_offsets: [16, 0] } }),
    ],
    ["a tensor beyond the file", INVALID, () => header({ a: { dtype: "F32", shape: [8], data_offsets: [0, 32] } })],
    [
      "tensors that overlap",
      INVALID,
      () =>
        header({
          a: { dtype: "F32", shape: [3], data_offsets: [0, 12] },
          b: { dtype: "F32", shape: [2], data_offsets: [8, 16] },
        }),
    ],
    [
      "a gap between tensors",
      INVALID,
      () =>
        header({
          a: { dtype: "F32", shape: [1], data_offsets: [0, 4] },
          b: { dtype: "F32", shape: [1], data_offsets: [12, 16] },
        }),
    ],
    [
      "bytes that belong to no tensor",
      INVALID,
      () => header({ a: { dtype: "F32", shape: [3], data_offsets: [0, 12] } }),
    ],
    ["metadata that is no string", INVALID, () => header({ __metadata__: { size: 32 } }, 0)],
    ["cut short", INVALID, () => fixture("s32/checkpoint.safetensors").slice(0, -4)],
  ],
  network: [
    [
      "a StyleGAN2 prior",
      INVALID,
      () =>
        safetensors({
          "g.style.1.weight": { dtype: "F32", shape: [1], bytes: floats(1) },
          "d.convs.0.0.weight": { dtype: "F32", shape: [1], bytes: floats(1) },
        }),
    ],
    [
      "some other network",
      INVALID,
      () => safetensors({ "layer1.weight": { dtype: "F32", shape: [1], bytes: floats(1) } }),
    ],
    ["a key that is missing", INVALID, () => networkFile((tensors) => delete tensors["to_rgb3.bias"])],
    [
      "a key too many",
      INVALID,
      () => networkFile((tensors) => (tensors["decoder5a.bias"] = { dtype: "F32", shape: [1], bytes: floats(1) })),
    ],
    [
      "a tensor of another shape",
      INVALID,
      () => networkFile((tensors) => (tensors["to_rgb3.bias"] = { dtype: "F32", shape: [3], bytes: floats(1, 2, 3) })),
    ],
    [
      "weights of an integer type",
      INVALID,
      () => networkFile((tensors) => (tensors["encoder.0.1.bias"] = { dtype: "I32", shape: [1], bytes: floats(1) })),
    ],
    [
      "a NaN among the weights",
      INVALID,
      () =>
        networkFile(
          (tensors) => (tensors["encoder.0.1.bias"] = { dtype: "F32", shape: [1], bytes: floats(Number.NaN) }),
        ),
    ],
    [
      "a width of 0",
      INVALID,
      () =>
        networkFile(
          (tensors) => (tensors["encoder.0.0.weight"] = { dtype: "F32", shape: [0, 3, 3, 3], bytes: floats() }),
        ),
    ],
    [
      "metadata with an impossible size",
      INVALID,
      () =>
        safetensors(
          Object.fromEntries(
            [...networkLayout(1, 2)].map(([key, shape]) => [
              key,
              { dtype: "F16", shape, bytes: new Uint8Array(2 * shape.reduce((a, b) => a * b, 1)) },
            ]),
          ),
          { "mmfs.size": "33" },
        ),
    ],
    ["a network of 300 MB in the storage of one tensor", INVALID, () => sharedStorage(64)],
  ],
};

/** Every parameter of a network is a view of one storage, which is as large as the largest of them. */
function sharedStorage(baseWidth: number): Uint8Array {
  const layout = [...networkLayout(baseWidth * 2, 512, { mapper: true })];
  const length = Math.max(...layout.map(([, shape]) => shape.reduce((a, b) => a * b, 1)));
  const items = layout.flatMap(([key, shape]) => {
    const stride = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
    return [string(key), tensor({ storage: "HalfStorage", key: "s", length, shape, stride })];
  });
  return pth(pickle(dict(...items)), [{ name: "archive/data/s", content: new Uint8Array(2 * length) }]);
}

export const hostileInputs: readonly HostileInput[] = Object.entries(groups).flatMap(([group, rows]) =>
  rows.map(([name, code, make]) => ({ group: group as HostileInput["group"], name, code, make })),
);
