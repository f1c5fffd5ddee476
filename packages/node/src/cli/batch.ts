import { MMFSError, type MMFSErrorCode, type ProgressEvent } from "@mmfs/core";
import { describeError, errorToJson } from "./describe-error.js";
import { ExitCode } from "./exit-codes.js";
import { startProgress } from "./progress-bar.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

/** What goes wrong with one photo and says nothing of the next; anything else ends the batch. */
const PHOTO_ERRORS: readonly MMFSErrorCode[] = [
  "NO_FACE",
  "IMAGE_TOO_LARGE",
  "UNSUPPORTED_IMAGE",
  "FILE_NOT_READABLE",
  "INFERENCE_FAILED",
];

/** What became of one photo: what the command made of it, for `--json` and as a line for people. */
export interface Outcome {
  skipped?: boolean;
  line: string;
  json: Record<string, unknown>;
}

export interface BatchOptions<Item> {
  items: readonly Item[];
  nameOf(item: Item): string;
  run(item: Item, onProgress: (event: ProgressEvent) => void): Promise<Outcome>;
  json: boolean;
}

/**
 * Works through photos one by one. One that fails is reported at the end, and the others are done.
 *
 * @returns the exit code
 */
export async function runBatch<Item>(terminal: Terminal, options: BatchOptions<Item>): Promise<number> {
  const { items, nameOf, json } = options;
  const photos: Record<string, unknown>[] = [];
  const failures: { name: string; error: unknown }[] = [];
  const count = { done: 0, skipped: 0, failed: 0 };
  const progress = startProgress(terminal, items.length, json);
  const drawn = terminal.stderr.isTTY === true && !json;
  const lines: string[] = [];

  try {
    for (const [index, item] of items.entries()) {
      terminal.signal.throwIfAborted();
      const name = nameOf(item);
      progress.update(index, name);
      try {
        const outcome = await options.run(item, (event) => {
          if (event.type === "stage") progress.update(index + event.progress * 0.99, `${name}: ${event.stage}`);
        });
        count[outcome.skipped ? "skipped" : "done"] += 1;
        photos.push({ photo: name, ...outcome.json });
        if (!json && !drawn) printLine(terminal.stdout, outcome.line);
        else lines.push(outcome.line);
      } catch (error) {
        terminal.signal.throwIfAborted();
        if (!MMFSError.isInstance(error) || !PHOTO_ERRORS.includes(error.code)) throw error;
        count.failed += 1;
        failures.push({ name, error });
        photos.push({ photo: name, error: errorToJson(error) });
      }
      progress.update(index + 1, name);
    }
  } finally {
    progress.stop();
  }

  if (json) {
    printJson(terminal, { ...count, photos });
  } else {
    if (drawn) for (const line of lines) printLine(terminal.stdout, line);
    for (const { name, error } of failures) printLine(terminal.stderr, `mmfs: ${name}: ${describeError(error)}`);
    if (items.length > 1) printLine(terminal.stdout, summarize(count));
  }
  if (count.failed === 0) return ExitCode.done;
  return count.failed === items.length ? ExitCode.failed : ExitCode.someFailed;
}

function summarize({ done, skipped, failed }: { done: number; skipped: number; failed: number }): string {
  const parts = [`${done} done`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(", ");
}
