import { crc32 } from "node:zlib";
import { join, uint32 } from "./pickle-bytes.js";

export interface ZipEntryClaim {
  name: string;
  content: Uint8Array;
  /** Unpacked size, if it is to differ from what is packed. */
  size?: number;
  method?: number;
  flags?: number;
  crc?: number;
  /** Where the entry is said to begin, if not where it does. */
  offset?: number;
}

export interface ZipClaim {
  entryCount?: number;
  directorySize?: number;
  directoryOffset?: number;
}

const uint16 = (value: number) => Uint8Array.of(value & 0xff, value >> 8);

/** A zip archive that may lie about itself. */
export function zip(entries: readonly ZipEntryClaim[], claim: ZipClaim = {}): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let position = 0;
  for (const { name, content, size = content.length, method = 0, flags = 0, crc, offset = position } of entries) {
    const encoded = new TextEncoder().encode(name);
    const fields = join(
      uint16(20),
      uint16(flags),
      uint16(method),
      uint32(0),
      uint32(crc ?? crc32(content)),
      uint32(content.length),
      uint32(size),
      uint16(encoded.length),
      uint16(0),
    );
    const record = join(uint32(0x04034b50), fields, encoded, content);
    local.push(record);
    central.push(
      join(uint32(0x02014b50), uint16(20), fields, uint16(0), uint16(0), uint16(0), uint32(0), uint32(offset), encoded),
    );
    position += record.length;
  }
  const directory = join(...central);
  const count = claim.entryCount ?? entries.length;
  const end = join(
    uint32(0x06054b50),
    uint16(0),
    uint16(0),
    uint16(count),
    uint16(count),
    uint32(claim.directorySize ?? directory.length),
    uint32(claim.directoryOffset ?? position),
    uint16(0),
  );
  return join(...local, directory, end);
}

/** A `.pth` with this pickle and one storage of four float32. */
export function pth(data: Uint8Array, more: readonly ZipEntryClaim[] = []): Uint8Array {
  const storage = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  return zip([{ name: "archive/data.pkl", content: data }, { name: "archive/data/0", content: storage }, ...more]);
}
