import { shareStylizer } from "@mmfs/core/internal";
import type { PictureInput } from "../picture/picture-input.js";
import { createStylizer } from "./create-stylizer.js";
import type { StylizeOptions } from "./options.js";
import type { StylizeResult } from "./result.js";

/**
 * Stylizes the faces of one photo with the default bundle on the device that `auto` finds. What it loads is kept for later calls;
 * {@link createStylizer} has the choices.
 *
 * @throws as {@link Stylizer.stylize} does
 */
export const stylize: (photo: PictureInput, options?: StylizeOptions) => Promise<StylizeResult> =
  /* @__PURE__ */ shareStylizer(createStylizer);
