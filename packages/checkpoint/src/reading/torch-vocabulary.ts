import type { CheckpointDType, CheckpointTensor } from "./checkpoint.js";
import {
  PickleDict,
  PickleForeign,
  PickleGlobal,
  PickleTuple,
  type PickleValue,
  type PickleVocabulary,
} from "./pickle.js";
import { invalid } from "./refusal.js";
import { type Storage, stridedTensor } from "./strided-tensor.js";

/** The storage classes of PyTorch; complex and quantised ones are missing because no parameter of ours can be one. */
const storageTypes: ReadonlyMap<string, CheckpointDType> = new Map([
  ["torch.FloatStorage", "float32"],
  ["torch.HalfStorage", "float16"],
  ["torch.BFloat16Storage", "bfloat16"],
  ["torch.DoubleStorage", "float64"],
  ["torch.BoolStorage", "bool"],
  ["torch.ByteStorage", "uint8"],
  ["torch.CharStorage", "int8"],
  ["torch.ShortStorage", "int16"],
  ["torch.IntStorage", "int32"],
  ["torch.LongStorage", "int64"],
]);

const REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
const REBUILD_PARAMETER = "torch._utils._rebuild_parameter";
const DICTS: ReadonlySet<string> = new Set(["collections.OrderedDict", "collections.Counter"]);
const DEFAULT_DICT = "collections.defaultdict";
const SIZE = "torch.Size";
/** Only ever the factory of a default dict. */
const DICT_TYPES: ReadonlySet<string> = new Set(["builtins.dict", "__builtin__.dict"]);

/** What a persistent id `("storage", type, key, device, elements, view)` says. */
export interface StorageReference {
  dtype: CheckpointDType;
  key: string;
  length: number;
}

/**
 * The words that a checkpoint needs: tensors and parameters, their storages, and the dictionaries of state dicts,
 * optimizers (`torch.optim.Adam`) and learning-rate schedulers.
 */
export function torchVocabulary(openStorage: (reference: StorageReference) => Storage): PickleVocabulary {
  return {
    knows(global) {
      const name = global.toString();
      return (
        storageTypes.has(name) ||
        DICTS.has(name) ||
        DICT_TYPES.has(name) ||
        [REBUILD_TENSOR, REBUILD_PARAMETER, DEFAULT_DICT, SIZE].includes(name)
      );
    },

    call(global, args) {
      const name = global.toString();
      if (name === REBUILD_TENSOR) return rebuildTensor(args);
      if (name === REBUILD_PARAMETER) return isTensor(args[0]) ? args[0] : undefined;
      if (DICTS.has(name)) return dictOf(args);
      if (name === DEFAULT_DICT) return args.length <= 1 ? new PickleDict() : undefined;
      if (name === SIZE) return args.length === 1 ? args[0] : undefined;
      return undefined;
    },

    persistent(id) {
      if (!(id instanceof PickleTuple)) throw invalid("a storage is named in an unknown way");
      const [kind, type, key, , length, view] = id.items;
      const dtype = type instanceof PickleGlobal ? storageTypes.get(type.toString()) : undefined;
      if (kind !== "storage" || dtype === undefined) throw invalid("a storage is of an unknown type");
      if ((typeof key !== "string" && typeof key !== "number") || !isCount(length)) {
        throw invalid("a storage has no key or no length");
      }
      if (view !== undefined && view !== null) throw invalid("a storage is a part of another, as before PyTorch 0.4");
      return new PickleForeign(openStorage({ dtype, key: String(key), length }));
    },
  };
}

/** True for a tensor that {@link torchVocabulary} made. */
export function isTensor(value: PickleValue | undefined): value is PickleForeign<CheckpointTensor> {
  return (
    value instanceof PickleForeign &&
    typeof value.value === "object" &&
    value.value !== null &&
    "toFloat32" in value.value
  );
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks[, metadata])` */
function rebuildTensor(args: readonly PickleValue[]): PickleValue | undefined {
  const [storage, offset, size, stride] = args;
  if (!(storage instanceof PickleForeign) || isTensor(storage)) return undefined;
  if (!isCount(offset) || !isCounts(size) || !isCounts(stride)) {
    throw invalid("the offset, sizes or strides of a tensor are not natural numbers");
  }
  const view = { shape: size.items, stride: stride.items, offset };
  return new PickleForeign(stridedTensor("a tensor", storage.value as Storage, view));
}

/** A dictionary from nothing, from a dictionary, or from a list of pairs. */
function dictOf(args: readonly PickleValue[]): PickleDict | undefined {
  const [content] = args;
  if (content === undefined) return new PickleDict();
  if (args.length > 1) return undefined;
  const dict = new PickleDict();
  if (content instanceof PickleDict) {
    for (const [key, value] of content.entries) dict.entries.set(key, value);
    return dict;
  }
  if (!Array.isArray(content)) return undefined;
  for (const pair of content) {
    const items = pair instanceof PickleTuple ? pair.items : Array.isArray(pair) ? pair : [];
    const [key, value] = items;
    if (items.length !== 2 || (typeof key !== "string" && typeof key !== "number") || dict.entries.has(key))
      return undefined;
    dict.entries.set(key, value as PickleValue);
  }
  return dict;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is PickleTuple & { items: readonly number[] } {
  return value instanceof PickleTuple && value.items.every(isCount);
}
