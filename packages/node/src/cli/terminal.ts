import type { Writable } from "node:stream";
import { MMFSError } from "@mmfs/core";

/** Where a command reads its signal and writes what it has to say; tests pass their own. */
export interface Terminal {
  stdout: Writable;
  /** With `isTTY`, progress is drawn on it. */
  stderr: Writable & { isTTY?: boolean };
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

export function printLine(stream: Writable, text: string): void {
  stream.write(`${text}\n`);
}

/** Writes a picture to stdout. @throws {MMFSError} `FILE_NOT_WRITABLE` if nobody reads it to its end */
export async function writeBytes(stream: Writable, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(bytes, (cause) => {
      const data = { path: "-" };
      if (cause)
        reject(
          new MMFSError("FILE_NOT_WRITABLE", "stdout was closed before the picture was written.", { cause, data }),
        );
      else resolve();
    });
  });
}

/** One JSON document on stdout: what scripts read. */
export function printJson(terminal: Terminal, value: unknown): void {
  printLine(terminal.stdout, JSON.stringify(value, null, 2));
}
