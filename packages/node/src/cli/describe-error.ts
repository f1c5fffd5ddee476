import { MMFSError } from "@mmfs/core";

/** An error as the command line's JSON has it. */
export function errorToJson(error: unknown): { code: string; message: string } {
  return { code: MMFSError.isInstance(error) ? error.code : "UNEXPECTED", message: describeError(error) };
}

/** A sentence for people; an error that is a bug shows where it happened. */
export function describeError(error: unknown): string {
  if (MMFSError.isInstance(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
