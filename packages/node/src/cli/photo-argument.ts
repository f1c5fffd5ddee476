import { buffer } from "node:stream/consumers";
import { MMFSError } from "@mmfs/core";
import type { FileInput } from "../picture/picture-input.js";
import { isAddress } from "./is-address.js";

/**
 * What an argument of the command line stands for: `-` is the bytes of stdin, an address is that of a file or is fetched (whoever
 * types it allows it), anything else is a path.
 *
 * @throws {MMFSError} `FILE_NOT_READABLE` if nothing comes from stdin
 */
export async function photoArgument(argument: string): Promise<FileInput> {
  if (isAddress(argument)) return new URL(argument);
  if (argument !== "-") return argument;
  if (process.stdin.isTTY) {
    throw new MMFSError("FILE_NOT_READABLE", "- reads a photo from stdin, and nothing is piped into it.");
  }
  return buffer(process.stdin);
}
