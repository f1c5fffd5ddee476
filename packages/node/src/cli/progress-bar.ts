import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.js";

/** A bar on stderr where that is a terminal, and nothing elsewhere. */
export interface Progress {
  /** Whether there is a bar. */
  readonly drawn: boolean;
  /** @param done how much of the total, fractions included. @param what is being done */
  update(done: number, what: string): void;
  stop(): void;
}

export function startProgress(terminal: Terminal, total: number, silent = false): Progress {
  if (silent || !terminal.stderr.isTTY) return { drawn: false, update() {}, stop() {} };
  const bar = new SingleBar(
    {
      stream: terminal.stderr,
      format: "{bar} {percentage}%  {what}",
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
      etaBuffer: 1,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { what: "" });
  return {
    drawn: true,
    update(done, what) {
      bar.update(done, { what });
    },
    stop() {
      bar.stop();
    },
  };
}
