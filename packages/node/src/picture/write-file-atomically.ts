import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MMFSError } from "@mmfs/core";

const TEMPORARY = /^\..+\.mmfs-(\d+)-[0-9a-f]{12}\.tmp$/;

/**
 * Writes a file so that its name never stands for half of it: the bytes go to a hidden file beside it, which then
 * takes its name.
 *
 * @throws {MMFSError} `FILE_NOT_WRITABLE`
 */
export async function writeFileAtomically(
  path: string,
  bytes: Uint8Array,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const temporary = join(
    dirname(path),
    `.${basename(path).slice(0, 120)}.mmfs-${process.pid}-${randomBytes(6).toString("hex")}.tmp`,
  );
  try {
    await writeFile(temporary, bytes, { flag: "wx", signal: options.signal });
    options.signal?.throwIfAborted();
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    options.signal?.throwIfAborted();
    const code = (cause as NodeJS.ErrnoException).code;
    const reason =
      code === "ENOENT"
        ? `the folder ${dirname(path)} does not exist; create it first`
        : code === "EISDIR"
          ? "it is a folder"
          : cause instanceof Error
            ? cause.message
            : String(cause);
    throw new MMFSError("FILE_NOT_WRITABLE", `${path} cannot be written: ${reason}.`, { cause, data: { path } });
  }
}

/** Removes what a process that was killed in the middle of {@link writeFileAtomically} left in a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Creates a folder and those above it. @throws {MMFSError} `FILE_NOT_WRITABLE` */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_WRITABLE", `The folder ${path} cannot be created.`, { cause, data: { path } });
  });
}
