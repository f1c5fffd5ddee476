import { MMFSError } from "@mmfs/core";

export type Sharp = typeof import("sharp").default;

/**
 * Loads sharp, which takes this thread some 50 ms the first time.
 *
 * @throws {MMFSError} `UNSUPPORTED_PLATFORM` where its native library is missing.
 */
export async function loadSharp(): Promise<Sharp> {
  try {
    return (await import("sharp")).default;
  } catch (cause) {
    throw new MMFSError(
      "UNSUPPORTED_PLATFORM",
      `sharp cannot be loaded on ${process.platform}-${process.arch}. Install it for this platform: ` +
        `npm install --os=${process.platform} --cpu=${process.arch} sharp`,
      { cause },
    );
  }
}
