import { MMFSError, type MMFSErrorCode } from "@mmfs/core";

/** What the process ends with; `--help` and the README explain them. */
export const ExitCode = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  someFailed: 3,
  interrupted: 130,
} as const;

const WRONG_USAGE: readonly MMFSErrorCode[] = [
  "INVALID_ARGUMENT",
  "STYLE_UNKNOWN",
  "STYLE_INVALID",
  "PACK_INVALID",
  "PACK_MISMATCH",
  "PROMPT_NOT_UNDERSTOOD",
];

export function exitCodeOf(error: unknown): number {
  return MMFSError.isInstance(error) && WRONG_USAGE.includes(error.code) ? ExitCode.wrongUsage : ExitCode.failed;
}

export const EXIT_CODE_HELP = `
Exit codes:
  0    everything was done
  1    nothing could be done, or the only photo failed
  2    wrong usage: an unknown option, style or value
  3    some photos failed, the others were done
  130  interrupted by Ctrl-C; what was finished is kept, and --skip-existing goes on from there

Without a terminal, or with --json, no progress is drawn. Everything but results goes to stderr.`;
