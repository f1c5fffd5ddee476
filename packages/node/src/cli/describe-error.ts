import { MMFSError } from "@mmfs/core";

/** An error as the command line's JSON has it. */
export function errorToJson(error: unknown): { code: string; message: string } {
  return { code: MMFSError.isInstance(error) ? error.code : "UNEXPECTED", message: describeError(error) };
}

/** A sentence for people; an error that is a bug shows where it happened. */
export function describeError(error: unknown): string {
  if (MMFSError.isInstance(error)) return noSuchFace(error) ?? error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The library counts faces from 0 and names its options; the command counts from 1. */
function noSuchFace(error: MMFSError): string | undefined {
  const { facesFound } = error.code === "NO_FACE" ? (error as MMFSError<"NO_FACE">).data : {};
  if (facesFound === undefined) return undefined;
  if (facesFound > 0) {
    const found =
      facesFound === 1
        ? "1 face was found, which is number 1"
        : `${facesFound} faces were found, numbers 1 to ${facesFound}`;
    return `--faces names a face that is not there: ${found}.`;
  }
  return error.message.replace("set faces to none", "give --faces none");
}
