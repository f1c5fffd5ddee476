import { MMFSError } from "@mmfs/core";
import { Inflate } from "fflate";
import { ByteReader } from "./byte-reader.js";
import { crc32 } from "./crc32.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { invalid } from "./refusal.js";

const SIGNATURE = {
  localFile: 0x04034b50,
  centralFile: 0x02014b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
  end: 0x06054b50,
};
const METHOD = { stored: 0, deflated: 8 };
const MAX_ENTRIES = 65_536;
/** All that is unpacked in one file together may be as large as the file itself and this much more. */
const INFLATION_ALLOWANCE = 32 * 1024 * 1024;

export interface ZipEntry {
  /** Bytes when unpacked. */
  readonly size: number;
  /**
   * The unpacked bytes: a view of the file if the entry is stored.
   *
   * @throws {MMFSError} `CHECKPOINT_INVALID` if they are damaged
   */
  read(): Uint8Array;
}

/**
 * The entries of a zip archive, by name. PyTorch stores entries without compression; a deflated one is accepted.
 *
 * @see APPNOTE.TXT 6.3.10 of PKWARE, with ZIP64, which PyTorch always writes
 * @throws {MMFSError} `CHECKPOINT_INVALID`
 */
export function readZip(file: Uint8Array): Map<string, ZipEntry> {
  const directory = findDirectory(file);
  if (directory.entries > MAX_ENTRIES || directory.entries * 46 > directory.size) {
    throw invalid(`its directory claims ${directory.entries} entries in ${directory.size} bytes`);
  }
  const reader = new ByteReader(file.subarray(directory.offset, directory.offset + directory.size));
  const entries = new Map<string, ZipEntry>();
  const spans: { name: string; start: number; end: number }[] = [];
  let inflated = 0;
  for (let i = 0; i < directory.entries; i++) {
    const record = readCentralRecord(reader);
    const { name } = record;
    checkName(name);
    if (entries.has(name)) throw invalid(`the entry ${name} is there twice`);
    if (record.flags & 1) throw invalid(`the entry ${name} is encrypted`);
    if (record.method === METHOD.stored) {
      if (record.packedSize !== record.size) throw invalid(`the stored entry ${name} has two sizes`);
    } else if (record.method === METHOD.deflated) {
      inflated += record.size;
      if (inflated > file.length + INFLATION_ALLOWANCE) throw invalid(`it unpacks to more than ${inflated} bytes`);
    } else {
      throw invalid(`the entry ${name} is packed by method ${record.method}`);
    }
    const start = dataStart(file, name, record.localOffset);
    const end = start + record.packedSize;
    if (end > directory.offset) throw invalid(`the entry ${name} reaches beyond the data`);
    spans.push({ name, start: record.localOffset, end });
    entries.set(name, zipEntry(name, file.subarray(start, end), record));
  }
  spans.sort((a, b) => a.start - b.start);
  spans.forEach((span, i) => {
    const next = spans[i + 1];
    if (next && next.start < span.end) throw invalid(`the entries ${span.name} and ${next.name} overlap`);
  });
  return entries;
}

function zipEntry(name: string, packed: Uint8Array, record: CentralRecord): ZipEntry {
  let sound = false;
  return {
    size: record.size,
    read() {
      const bytes = record.method === METHOD.stored ? packed : inflate(name, packed, record.size);
      if (!sound && crc32(bytes) !== record.crc) throw invalid(`the entry ${name} is damaged (its CRC-32 differs)`);
      sound = true;
      return bytes;
    },
  };
}

const INFLATE_STEP = 4096;

function inflate(name: string, packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  // in small steps, so that an entry that lies about its size is given up as soon as it exceeds it
  const stream = new Inflate((chunk) => {
    if (filled + chunk.length > size)
      throw invalid(`the entry ${name} unpacks to more than the ${size} bytes it states`);
    bytes.set(chunk, filled);
    filled += chunk.length;
  });
  try {
    for (let at = 0; at < packed.length || at === 0; at += INFLATE_STEP) {
      stream.push(packed.subarray(at, at + INFLATE_STEP), at + INFLATE_STEP >= packed.length);
    }
  } catch (cause) {
    throw MMFSError.isInstance(cause) ? cause : invalid(`the entry ${name} does not unpack`, cause);
  }
  if (filled !== size) throw invalid(`the entry ${name} unpacks to ${filled} bytes instead of ${size}`);
  return bytes;
}

interface Directory {
  offset: number;
  size: number;
  entries: number;
}

function findDirectory(file: Uint8Array): Directory {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const lowest = Math.max(0, file.length - 22 - 0xffff);
  for (let at = file.length - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) !== SIGNATURE.end) continue;
    const directory = readEnd(file, at);
    if (directory.offset + directory.size > at) throw invalid("its zip directory lies outside the file");
    return directory;
  }
  throw invalid("the end of the zip archive is missing: the file is cut short");
}

function readEnd(file: Uint8Array, at: number): Directory {
  const reader = new ByteReader(file);
  reader.position = at + 4;
  const disk = reader.uint16();
  reader.take(2);
  const entriesHere = reader.uint16();
  const entries = reader.uint16();
  const size = reader.uint32();
  const offset = reader.uint32();
  if (disk !== 0 && disk !== 0xffff) throw invalid("it is one part of a zip archive in several files");
  if (entries !== 0xffff && size !== 0xffffffff && offset !== 0xffffffff) {
    if (entriesHere !== entries) throw invalid("it is one part of a zip archive in several files");
    return { offset, size, entries };
  }
  if (at < 20) throw invalid("its ZIP64 directory is missing");
  reader.position = at - 20;
  if (reader.uint32() !== SIGNATURE.locator64) throw invalid("its ZIP64 directory is missing");
  reader.take(4);
  const end64 = reader.count64();
  if (end64 > at - 20) throw invalid("its ZIP64 directory lies outside the file");
  reader.position = end64;
  if (reader.uint32() !== SIGNATURE.end64) throw invalid("its ZIP64 directory is damaged");
  reader.take(8 + 2 + 2 + 4 + 4 + 8);
  const entries64 = reader.count64();
  const size64 = reader.count64();
  return { entries: entries64, size: size64, offset: reader.count64() };
}

interface CentralRecord {
  name: string;
  flags: number;
  method: number;
  crc: number;
  packedSize: number;
  size: number;
  localOffset: number;
}

function readCentralRecord(reader: ByteReader): CentralRecord {
  if (reader.uint32() !== SIGNATURE.centralFile) throw invalid("its zip directory is damaged");
  reader.take(4);
  const flags = reader.uint16();
  const method = reader.uint16();
  reader.take(4);
  const crc = reader.uint32();
  let packedSize = reader.uint32();
  let size = reader.uint32();
  const nameLength = reader.uint16();
  const extraLength = reader.uint16();
  const commentLength = reader.uint16();
  reader.take(8);
  let localOffset = reader.uint32();
  const name = decodeUtf8(reader.take(nameLength), "the name of an entry");
  const extra = new ByteReader(reader.take(extraLength));
  reader.take(commentLength);
  while (extra.remaining >= 4) {
    const id = extra.uint16();
    const field = new ByteReader(extra.take(extra.uint16()));
    if (id !== 1) continue;
    if (size === 0xffffffff) size = field.count64();
    if (packedSize === 0xffffffff) packedSize = field.count64();
    if (localOffset === 0xffffffff) localOffset = field.count64();
  }
  return { name, flags, method, crc, packedSize, size, localOffset };
}

function dataStart(file: Uint8Array, name: string, localOffset: number): number {
  const reader = new ByteReader(file);
  if (localOffset > file.length - 30) throw invalid(`the entry ${name} lies outside the file`);
  reader.position = localOffset;
  if (reader.uint32() !== SIGNATURE.localFile) throw invalid(`the entry ${name} is not where the directory says`);
  reader.take(22);
  const nameLength = reader.uint16();
  const extraLength = reader.uint16();
  return reader.position + nameLength + extraLength;
}

/** Names are only looked up, never used as paths; one that tries to be a way out marks a file made to deceive. */
function checkName(name: string): void {
  const segments = name.split("/");
  if (
    name.includes("\\") ||
    name.includes("\0") ||
    name.startsWith("/") ||
    segments.includes("..") ||
    /^[a-z]:/i.test(name)
  ) {
    throw invalid(`an entry is named ${JSON.stringify(name.slice(0, 80))}, which leads out of its folder`);
  }
}
