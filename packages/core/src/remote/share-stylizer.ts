import type { StylizeOptions } from "../stylizer/options.js";
import { parseOptions } from "../stylizer/parse-options.js";
import type { RemoteResult, RemoteStylizer } from "./remote-stylizer.js";

/** The `stylize` of a platform: it makes a stylizer with the first call and keeps it for the later ones. */
export function shareStylizer<Input, Output>(
  create: () => Promise<RemoteStylizer<Input, Output>>,
): (photo: Input, options?: StylizeOptions<Input>) => Promise<RemoteResult<Output>> {
  let shared: Promise<RemoteStylizer<Input, Output>> | undefined;
  return async (photo, options = {}) => {
    parseOptions(options);
    options.signal?.throwIfAborted();
    // A start that failed must not fail every later call.
    shared ??= create().catch((error) => {
      shared = undefined;
      throw error;
    });
    return (await shared).stylize(photo, options);
  };
}
