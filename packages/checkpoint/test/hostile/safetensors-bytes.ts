import { join, uint64 } from "./pickle-bytes.js";

export interface SafetensorsEntry {
  dtype: string;
  shape: readonly number[];
  bytes: Uint8Array;
}

/** A well-formed `.safetensors`. */
export function safetensors(
  tensors: Readonly<Record<string, SafetensorsEntry>>,
  metadata?: Record<string, string>,
): Uint8Array {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const begin = offset;
    offset += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, offset] }];
  });
  const header = { ...(metadata && { __metadata__: metadata }), ...Object.fromEntries(entries) };
  return rawSafetensors(JSON.stringify(header), join(...Object.values(tensors).map(({ bytes }) => bytes)));
}

/** Any header before any data. */
export function rawSafetensors(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const encoded = new TextEncoder().encode(header);
  return join(uint64(BigInt(encoded.length)), encoded, data);
}
