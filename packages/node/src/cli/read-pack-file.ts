import { readFile } from "node:fs/promises";
import { MMFSError, readPack, type StylePack } from "@mmfs/core";

/** @throws {MMFSError} `FILE_NOT_READABLE`, and what `readPack` throws */
export async function readPackFile(path: string): Promise<StylePack> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_READABLE", `The style pack ${path} cannot be read.`, { cause, data: { path } });
  });
  return readPack(bytes);
}
