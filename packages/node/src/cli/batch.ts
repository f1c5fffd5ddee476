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
  "FILE_NOT_WRITABLE",
  "DOWNLOAD_FAILED",
  "URL_NOT_ALLOWED",
  "WORKER_FAILED",
];

/** The disk is full or may not be written: no other photo would fare better. */
const END_OF_DISK = ["ENOSPC", "EROFS", "EDQUOT"];

function isPhotoError(error: unknown): error is MMFSError {
  if (!MMFSError.isInstance(error) || !PHOTO_ERRORS.includes(error.code)) return false;
  return !END_OF_DISK.includes((error.cause as NodeJS.ErrnoException | undefined)?.code ?? "");
}

/** What became of one photo: what the command made of it, for `--json` and as a line for people. */
export interface Outcome {
  skipped?: boolean;
  /** Undefined where stdout is the picture itself. */
  line: string | undefined;
  json: Record<string, unknown>;
}

export interface BatchOptions<Item> {
  items: readonly Item[];
  /** Files that were found beside the photos and are none; they are counted and named at the end. */
  leftOut: readonly string[];
  nameOf(item: Item): string;
  run(item: Item, onProgress: (event: ProgressEvent) => void): Promise<Outcome>;
  json: boolean;
}

/** While one photo is computed, the next is decoded and the last one written. */
const AT_A_TIME = 2;

/** What became of one photo. */
type Entry = { name: string } & ({ outcome: Outcome } | { error: MMFSError });

/**
 * Works through photos. One that fails is reported at the end, and the others are done.
 *
 * @returns the exit code
 */
export async function runBatch<Item>(terminal: Terminal, options: BatchOptions<Item>): Promise<number> {
  const { items, json } = options;
  const progress = startProgress(terminal, items.length, json);
  const shares = items.map(() => 0);
  const report = (index: number, share: number, what: string) => {
    shares[index] = share;
    progress.update(
      shares.reduce((sum, each) => sum + each, 0),
      what,
    );
  };

  const entries: Entry[] = [];
  const queue = items.entries();
  let stopped = false;
  const work = async () => {
    for (const [index, item] of queue) {
      if (stopped) return;
      terminal.signal.throwIfAborted();
      const name = options.nameOf(item);
      entries[index] = await runOne(item, name, (share, what) => report(index, share, what));
      report(index, 1, name);
    }
  };
  const runOne = async (item: Item, name: string, tell: (share: number, what: string) => void): Promise<Entry> => {
    try {
      const outcome = await options.run(item, (event) => {
        if (event.type === "stage") tell(event.progress * 0.99, `${name}: ${event.stage}`);
      });
      if (!json && !progress.drawn && outcome.line !== undefined) printLine(terminal.stdout, outcome.line);
      return { name, outcome };
    } catch (error) {
      terminal.signal.throwIfAborted();
      if (isPhotoError(error)) return { name, error };
      stopped = true;
      throw error;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    progress.stop();
  }
  return printEntries(terminal, { entries, leftOut: options.leftOut, json, linesAreDue: progress.drawn });
}

interface BatchReport {
  entries: readonly Entry[];
  leftOut: readonly string[];
  json: boolean;
  /** Whether the lines of what was done have not been printed yet. */
  linesAreDue: boolean;
}

function printEntries(terminal: Terminal, { entries, leftOut, json, linesAreDue }: BatchReport): number {
  const failures = entries.flatMap((entry) => ("error" in entry ? [entry] : []));
  const outcomes = entries.flatMap((entry) => ("outcome" in entry ? [entry.outcome] : []));
  const skipped = outcomes.filter((outcome) => outcome.skipped).length;
  const count = { done: outcomes.length - skipped, skipped, failed: failures.length };
  if (json) {
    const photos = entries.map((entry) => ({
      photo: entry.name,
      ...("error" in entry ? { error: errorToJson(entry.error) } : entry.outcome.json),
    }));
    printJson(terminal, { ...count, photos, ...(leftOut.length > 0 ? { leftOut } : {}) });
  } else {
    if (linesAreDue) for (const { line } of outcomes) if (line !== undefined) printLine(terminal.stdout, line);
    for (const { name, error } of failures) printLine(terminal.stderr, `mmfs: ${name}: ${describeError(error)}`);
    if (leftOut.length > 0) printLine(terminal.stderr, `mmfs: left out, being no pictures: ${leftOut.join(", ")}`);
    if (entries.length > 1) printLine(terminal.stdout, summarize({ ...count, leftOut: leftOut.length }));
  }
  if (failures.length === 0) return ExitCode.done;
  return failures.length === entries.length ? ExitCode.failed : ExitCode.someFailed;
}

function summarize({
  done,
  skipped,
  failed,
  leftOut,
}: Record<"done" | "skipped" | "failed" | "leftOut", number>): string {
  const parts = [`${done} done`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (leftOut > 0) parts.push(`${leftOut} left out`);
  return parts.join(", ");
}
