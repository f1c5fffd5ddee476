import { ByteReader } from "./byte-reader.js";
import type { Checkpoint } from "./checkpoint.js";
import { bytesPerElement } from "./element-types.js";
import { PICKLE_LIMITS, readPickle } from "./pickle.js";
import { invalid } from "./refusal.js";
import { collectTensors } from "./tensor-tree.js";
import { torchVocabulary } from "./torch-vocabulary.js";
import { readZip } from "./zip-archive.js";

/** A `.pth` as PyTorch 1.6 and later writes it: a zip archive with `data.pkl` and one entry for every storage. */
export function readTorchArchive(file: Uint8Array): Checkpoint {
  const entries = readZip(file);
  const pickles = [...entries.keys()].filter((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  if (pickles.length === 0) {
    if ([...entries.keys()].some((name) => name.endsWith("/constants.pkl") || name.includes("/code/"))) {
      throw invalid("it is a TorchScript program, not a checkpoint");
    }
    throw invalid("it is a zip archive without data.pkl, so PyTorch did not write it");
  }
  if (pickles.length > 1) throw invalid("it holds data.pkl more than once");
  const folder = (pickles[0] as string).slice(0, -"data.pkl".length);

  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder && byteOrder.size < 16 && new TextDecoder().decode(byteOrder.read()) === "big") {
    throw invalid("it was saved on a big-endian computer");
  }
  const pickle = entries.get(pickles[0] as string);
  if (!pickle || pickle.size > PICKLE_LIMITS.bytes)
    throw invalid(`its pickle is longer than ${PICKLE_LIMITS.bytes} bytes`);

  const vocabulary = torchVocabulary(({ dtype, key, length }) => {
    const entry = entries.get(`${folder}data/${key}`);
    if (!entry) throw invalid(`the storage ${key.slice(0, 80)} is missing`);
    if (entry.size !== length * bytesPerElement[dtype]) {
      throw invalid(`the storage ${key} should have ${length} elements but has ${entry.size} bytes`);
    }
    return { dtype, length, bytes: () => entry.read() };
  });
  const root = readPickle(new ByteReader(pickle.read()), vocabulary);
  return { format: "torch", byteLength: file.length, tensors: collectTensors(root), metadata: new Map() };
}
