import type { StylizeOptions } from "@mmfs/web";
import { effect, signal } from "@preact/signals";
import { type Choice, choices } from "./choices.js";
import { lanes, openStylizer } from "./engine.js";
import { isFaceless, type Photo, photo, photoSignal, selection } from "./photo.js";

/** The first selected face in each style, or all of a picture without one, by the id of the style; filled in one after the other. */
export const thumbnails = signal<ReadonlyMap<string, ImageBitmap>>(new Map());

const visible = new Set<string>();
let newest = new AbortController();

/** Tells that a tile came into view or left it: what is in view is painted first. */
export function watchTile(id: string, isVisible: boolean): void {
  if (isVisible) visible.add(id);
  else visible.delete(id);
}

/** Draws the gallery of every new photo; the work on the photo before ends. */
export function keepGallery(): () => void {
  let drawn: { photo: Photo; face: number | undefined } | undefined;
  return effect(() => {
    const [current, face] = [photo.value, selection.value[0]];
    const options: StylizeOptions =
      face === undefined ? { faces: "none", megapixels: 0.06, size: "painting" } : { faces: [face], output: "crop" };
    const wanted = choices.value;
    newest.abort();
    newest = new AbortController();
    if (current === undefined || (face === undefined && !isFaceless.value)) return;
    if (drawn?.photo !== current || drawn.face !== face) thumbnails.value = new Map();
    drawn = { photo: current, face };
    void fill(current, options, wanted, AbortSignal.any([newest.signal, photoSignal()]));
  });
}

async function fill(of: Photo, extent: StylizeOptions, wanted: readonly Choice[], mine: AbortSignal): Promise<void> {
  try {
    const stylizer = await openStylizer();
    while (!mine.aborted) {
      const open = wanted.filter(({ id }) => !thumbnails.peek().has(id));
      const next = open.find(({ id }) => visible.has(id)) ?? open[0];
      if (next === undefined) return;
      const options: StylizeOptions = { ...extent, style: { code: next.code }, resolution: "live", signal: mine };
      const { bitmap } = await lanes.run("back", mine, () => stylizer.stylize(of.preview, options));
      mine.throwIfAborted();
      thumbnails.value = new Map(thumbnails.peek()).set(next.id, bitmap);
    }
  } catch {
    // The large picture tells of what fails; the gallery only stays unfinished.
  }
}
