import { ByteReader } from "./byte-reader.js";
import { type Checkpoint, type CheckpointDType, type CheckpointTensor, elementCount } from "./checkpoint.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { bytesPerElement } from "./element-types.js";
import { invalid } from "./refusal.js";
import { rowMajor, stridedTensor } from "./strided-tensor.js";

/** The format allows 100 MB; a network of ours needs 30 kB, and parsing takes some thirty times the header's length. */
const MAX_HEADER = 1024 * 1024;

const dtypes: ReadonlyMap<string, CheckpointDType> = new Map([
  ["F16", "float16"],
  ["BF16", "bfloat16"],
  ["F32", "float32"],
  ["F64", "float64"],
  ["BOOL", "bool"],
  ["U8", "uint8"],
  ["I8", "int8"],
  ["I16", "int16"],
  ["I32", "int32"],
  ["I64", "int64"],
]);

/**
 * A `.safetensors` file.
 *
 * @see https://github.com/huggingface/safetensors: a 64-bit header length, a JSON header, then the tensors without gaps
 */
export function readSafetensors(file: Uint8Array): Checkpoint {
  const reader = new ByteReader(file);
  const headerLength = reader.count64();
  if (headerLength > MAX_HEADER) throw invalid(`its header is said to have ${headerLength} bytes, above ${MAX_HEADER}`);
  const header = parseHeader(decodeUtf8(reader.take(headerLength), "its header"));
  const data = file.subarray(reader.position);

  const tensors = new Map<string, CheckpointTensor>();
  const metadata = new Map<string, string>();
  const spans: { name: string; begin: number; end: number }[] = [];
  for (const [name, info] of Object.entries(header)) {
    if (!isRecord(info)) throw invalid(`its header says nothing of ${name}`);
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(info)) {
        if (typeof value !== "string") throw invalid(`its metadata ${key} is not a string`);
        metadata.set(key, value);
      }
      continue;
    }
    const { dtype, shape, begin, end } = parseInfo(name, info);
    if (end > data.length) throw invalid(`the tensor ${name} ends beyond the file`);
    const count = elementCount(shape);
    if (!Number.isSafeInteger(count) || count * bytesPerElement[dtype] !== end - begin) {
      throw invalid(`the tensor ${name} of shape [${shape}] does not fit its ${end - begin} bytes`);
    }
    spans.push({ name, begin, end });
    const storage = { dtype, length: count, bytes: () => data.subarray(begin, end) };
    tensors.set(name, stridedTensor(name, storage, { shape, stride: rowMajor(shape), offset: 0 }));
  }

  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of spans) {
    if (begin !== position) throw invalid(`the tensor ${name} overlaps another or leaves a gap`);
    position = end;
  }
  if (position !== data.length) throw invalid(`${data.length - position} bytes at its end belong to no tensor`);
  return { format: "safetensors", byteLength: file.length, tensors, metadata };
}

function parseHeader(text: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw invalid("its header is not JSON", cause);
  }
  if (!isRecord(header)) throw invalid("its header is not a JSON object");
  // JSON.parse keeps the last of equal keys and drops the others without a word
  const stated = text.match(/"(?:[^"\\]|\\.)*"\s*:/g)?.length ?? 0;
  const kept = Object.values(header).reduce<number>(
    (sum, value) => sum + (isRecord(value) ? Object.keys(value).length : 0),
    Object.keys(header).length,
  );
  if (stated !== kept) throw invalid("its header has a key twice, or nested too deeply");
  return header;
}

function parseInfo(name: string, info: Record<string, unknown>) {
  const { dtype: dtypeName, shape, data_offsets: offsets } = info;
  const dtype = dtypes.get(String(dtypeName));
  if (!dtype) throw invalid(`the tensor ${name} has the unknown type ${String(dtypeName).slice(0, 20)}`);
  if (!isCounts(shape)) throw invalid(`the tensor ${name} has no proper shape`);
  if (!isCounts(offsets) || offsets.length !== 2) throw invalid(`the tensor ${name} has no proper offsets`);
  const [begin, end] = offsets as [number, number];
  if (begin > end) throw invalid(`the tensor ${name} ends before it begins`);
  return { dtype, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
