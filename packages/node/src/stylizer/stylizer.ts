import type { RemoteStylizer } from "@mmfs/core/internal";
import type { PictureInput } from "../picture/picture-input.js";
import type { WritablePicture } from "./result.js";

/** Stylizes photos with one bundle on one device, in a worker thread that all stylizers share; {@link createStylizer} makes it. */
export interface Stylizer extends RemoteStylizer<PictureInput, WritablePicture> {}
