import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "./create-stylizer.js";
import type { StylizeOptions } from "./options.js";
import type { StylizeResult } from "./result.js";
import type { Stylizer } from "./stylizer.js";

let shared: Promise<Stylizer> | undefined;

/**
 * Stylizes the faces of one photo with the default bundle on the device that `auto` finds. What it loads is kept for later calls;
 * {@link createStylizer} has the choices.
 *
 * @throws as {@link Stylizer.stylize} does
 */
export async function stylize(photo: PictureInput, options: StylizeOptions = {}): Promise<StylizeResult> {
  options.signal?.throwIfAborted();
  // A start that failed must not fail every later call.
  shared ??= createStylizer().catch((error) => {
    shared = undefined;
    throw error;
  });
  return (await shared).stylize(photo, options);
}
