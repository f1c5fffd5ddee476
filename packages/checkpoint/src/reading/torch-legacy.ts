import { ByteReader } from "./byte-reader.js";
import type { Checkpoint } from "./checkpoint.js";
import { bytesPerElement } from "./element-types.js";
import { PickleDict, type PickleValue, readPickle } from "./pickle.js";
import { invalid } from "./refusal.js";
import type { Storage } from "./strided-tensor.js";
import { collectTensors } from "./tensor-tree.js";
import { type StorageReference, torchVocabulary } from "./torch-vocabulary.js";

/** The first value of a legacy file: `torch.serialization.MAGIC_NUMBER`. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** The first bytes of every legacy file: a pickle of protocol 2 with a ten-byte integer, the magic number. */
export const LEGACY_START = Uint8Array.of(
  0x80,
  0x02,
  0x8a,
  0x0a,
  0x6c,
  0xfc,
  0x9c,
  0x46,
  0xf9,
  0x20,
  0x6a,
  0xa8,
  0x50,
  0x19,
);

/**
 * A `.pth` as PyTorch wrote it before 1.6: pickles of the magic number, the protocol, the computer, the object and the
 * storage keys, then every storage as a 64-bit count and its elements.
 */
export function readTorchLegacy(file: Uint8Array): Checkpoint {
  const reader = new ByteReader(file);
  const plain = torchVocabulary(() => {
    throw invalid("a storage is named before the object");
  });
  if (readPickle(reader, plain) !== MAGIC_NUMBER || readPickle(reader, plain) !== PROTOCOL_VERSION) {
    throw invalid("it does not begin as PyTorch's legacy format does");
  }
  const computer = readPickle(reader, plain);
  if (computer instanceof PickleDict && computer.entries.get("little_endian") === false) {
    throw invalid("it was saved on a big-endian computer");
  }

  const storages = new Map<string, StorageReference & { content?: Uint8Array }>();
  const vocabulary = torchVocabulary((reference) => {
    const known = storages.get(reference.key);
    if (known && (known.dtype !== reference.dtype || known.length !== reference.length)) {
      throw invalid(`the storage ${reference.key} is described in two ways`);
    }
    const entry = known ?? { ...reference };
    storages.set(reference.key, entry);
    const storage: Storage = {
      dtype: entry.dtype,
      length: entry.length,
      bytes: () => {
        if (!entry.content) throw invalid(`the storage ${entry.key} is missing`);
        return entry.content;
      },
    };
    return storage;
  });
  const root = readPickle(reader, vocabulary);

  for (const key of keyList(readPickle(reader, plain))) {
    const storage = storages.get(key);
    if (!storage) throw invalid(`the storage ${key.slice(0, 80)} belongs to no tensor`);
    if (storage.content) throw invalid(`the storage ${key} is there twice`);
    if (reader.count64() !== storage.length) throw invalid(`the storage ${key} has another length than stated`);
    storage.content = reader.take(storage.length * bytesPerElement[storage.dtype]);
  }
  for (const storage of storages.values()) {
    if (!storage.content) throw invalid(`the storage ${storage.key.slice(0, 80)} is missing`);
  }
  return { format: "torch-legacy", byteLength: file.length, tensors: collectTensors(root), metadata: new Map() };
}

function keyList(value: PickleValue): string[] {
  if (!Array.isArray(value) || !value.every((key) => typeof key === "string" || typeof key === "number")) {
    throw invalid("its list of storages is damaged");
  }
  return value.map(String);
}
