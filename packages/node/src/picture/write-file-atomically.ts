import { createHash, randomBytes } from "node:crypto";
import { access, constants, mkdir, readdir, readFile, readlink, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { MMFSError } from "@mmfs/core";

/** `.mmfs-WHERE-PID-RANDOM.tmp`; without the file's own name, which may be as long as a file system allows. */
const TEMPORARY = /^\.mmfs-([0-9a-f]{12})-(\d+)-[0-9a-f]{12}\.tmp$/;

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
  const where = await processSpace();
  const temporary = join(dirname(path), `.mmfs-${where}-${process.pid}-${randomBytes(6).toString("hex")}.tmp`);
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

/**
 * Removes what a process that was killed in the middle of {@link writeFileAtomically} left in a folder. Files of processes that
 * cannot be seen from here, on another machine or in another container, are left alone.
 */
export async function removeLeftovers(folder: string): Promise<void> {
  const here = await processSpace();
  for (const name of await readdir(folder).catch(() => [])) {
    const [, where, pid] = TEMPORARY.exec(name) ?? [];
    if (where === here && !isAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

/** What process ids are unique in: this machine since it was started, or a container on it. */
async function processSpace(): Promise<string> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return createHash("sha256").update(`${hostname()}\n${boot}\n${namespace}`).digest("hex").slice(0, 12);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Creates a folder and those above it, and sees that it can be written. @throws {MMFSError} `FILE_NOT_WRITABLE` */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw new MMFSError("FILE_NOT_WRITABLE", `The folder ${path} cannot be created.`, { cause, data: { path } });
  });
  await checkFolder(path);
}

/** Finds out before the work whether its result can be written. @throws {MMFSError} `FILE_NOT_WRITABLE` */
export async function checkFolder(path: string): Promise<void> {
  await access(path, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    const isThere = (cause as NodeJS.ErrnoException).code !== "ENOENT";
    const reason = isThere ? "may not be written" : "does not exist; create it first";
    throw new MMFSError("FILE_NOT_WRITABLE", `The folder ${path} ${reason}.`, { cause, data: { path } });
  });
}
