import type { Picture } from "../picture/picture.js";
import { groundOf } from "./ground.js";
import { keepAlpha } from "./keep-alpha.js";
import { layPaintedFaces } from "./lay-painted-faces.js";
import type { Finisher, PaintedParts } from "./painted-parts.js";
import { separatePeople } from "./separate-people.js";
import { showThrough } from "./show-through.js";

/** What comes after painting, in its order. A new step is a file of its own and a line here. */
const FINISHERS: readonly Finisher[] = [layPaintedFaces, showThrough, keepAlpha, separatePeople];

/** The result: what was painted, brought together with its photo. */
export function finishPhoto(parts: PaintedParts): Picture {
  return FINISHERS.reduce((picture, finisher) => finisher(picture, parts), groundOf(parts));
}
