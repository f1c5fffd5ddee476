import type { CheckpointTensor } from "./checkpoint.js";
import { PickleDict, PickleForeign, PickleTuple, type PickleValue } from "./pickle.js";
import { invalid } from "./refusal.js";
import { isTensor } from "./torch-vocabulary.js";

/** One shared list may be reached along many ways, so the limits are on the way, not on the pickle. */
const MAX_VISITS = 500_000;
const MAX_DEPTH = 32;
const MAX_NAME = 500;
const MAX_TENSORS = 20_000;

/**
 * All tensors in nested containers, by the keys and indices that lead to them, joined by dots.
 *
 * @throws {MMFSError} `CHECKPOINT_INVALID` if two ways have one name, or if containers hold themselves
 */
export function collectTensors(root: PickleValue): Map<string, CheckpointTensor> {
  const tensors = new Map<string, CheckpointTensor>();
  let visits = 0;

  function visit(value: PickleValue, name: string, depth: number): void {
    visits += 1;
    if (visits > MAX_VISITS) throw invalid(`its containers unfold to more than ${MAX_VISITS} values`);
    if (depth > MAX_DEPTH) throw invalid("its containers are nested too deeply, or hold themselves");
    if (name.length > MAX_NAME) throw invalid(`a name is longer than ${MAX_NAME} characters`);
    if (isTensor(value)) {
      if (tensors.size >= MAX_TENSORS) throw invalid(`it holds more than ${MAX_TENSORS} tensors`);
      if (tensors.has(name)) throw invalid(`the tensor ${name} is there twice`);
      tensors.set(name, value.value);
    } else if (value instanceof PickleDict) {
      for (const [key, item] of value.entries) visit(item, join(name, key), depth + 1);
    } else if (value instanceof PickleTuple) {
      for (const [index, item] of value.items.entries()) visit(item, join(name, index), depth + 1);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, join(name, index), depth + 1);
    } else if (value instanceof PickleForeign) {
      throw invalid(`${name || "the file"} is a storage without a tensor`);
    }
  }

  visit(root, "", 0);
  return tensors;
}

function join(name: string, key: string | number): string {
  return name === "" ? String(key) : `${name}.${key}`;
}
