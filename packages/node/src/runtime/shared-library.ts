/**
 * Whether the system's linker finds and can load a shared library. `dlopen` is asked through Node's loader of addons,
 * which then refuses what is no addon: only the first of its two complaints means that the library is absent.
 *
 * @returns undefined where it can be loaded, or the linker's sentence.
 */
export function whySharedLibraryFails(name: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, name);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return /did not self-register|not a valid|napi/i.test(message) ? undefined : message;
  }
}
