import { stat } from "node:fs/promises";
import { MMFSError } from "@mmfs/core";

/**
 * Refuses to write over what is read. Files are the same if the system says so: by another path, through a link, or in other case
 * where the file system ignores it.
 *
 * @param outputs paths that are about to be written; those that do not exist yet can destroy nothing.
 * @param read paths of files that are read; what is no file is left out, so that any argument may be given.
 * @param code of the error: a wrong argument, unless it turns out while writing.
 * @throws {MMFSError}
 */
export async function refuseOverwriting(
  outputs: readonly string[],
  read: readonly string[],
  code: "INVALID_ARGUMENT" | "FILE_NOT_WRITABLE" = "INVALID_ARGUMENT",
): Promise<void> {
  const originals = new Map<string, string>();
  for (const path of read) {
    const identity = await identityOf(path);
    if (identity !== undefined) originals.set(identity, path);
  }
  for (const output of outputs) {
    const identity = await identityOf(output);
    const original = identity === undefined ? undefined : originals.get(identity);
    if (original === undefined) continue;
    const what = original === output ? output : `${output}, which is the file ${original},`;
    const message = `${what} would be overwritten; name another output.`;
    throw code === "INVALID_ARGUMENT"
      ? new MMFSError(code, message)
      : new MMFSError(code, message, { data: { path: output } });
  }
}

/** Device and number of a file, links followed. */
async function identityOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
}
