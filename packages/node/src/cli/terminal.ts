import type { Writable } from "node:stream";

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

/** One JSON document on stdout: what scripts read. */
export function printJson(terminal: Terminal, value: unknown): void {
  printLine(terminal.stdout, JSON.stringify(value, null, 2));
}
