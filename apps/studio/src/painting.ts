import type { StylizeResult } from "@mmfs/web";
import { effect, signal } from "@preact/signals";
import { wish } from "./choices.js";
import { device, keepForOffline, lanes, openStylizer, watchDownload } from "./engine.js";
import { explainError } from "./explain-error.js";
import { type Photo, photo, photoSignal, problem, selection } from "./photo.js";

/** The newest picture of the photo on the easel. */
export const painting = signal<{ of: Photo; result: StylizeResult }>();
export const isPainting = signal(false);

let newest = new AbortController();
let isOffered = false;

/** Paints anew whenever photo, faces, style or strength change. Only the newest wish counts. */
export function keepPainting(): () => void {
  return effect(() => {
    const [wanted, current, indices] = [wish.value, photo.value, selection.value];
    newest.abort();
    newest = new AbortController();
    if (current === undefined || indices.length === 0 || wanted === undefined) {
      isPainting.value = false;
      return;
    }
    void paint(current, { ...wanted, faces: indices }, AbortSignal.any([newest.signal, photoSignal()]));
  });
}

async function paint(of: Photo, options: object, mine: AbortSignal): Promise<void> {
  isPainting.value = true;
  try {
    const stylizer = await openStylizer();
    const all = { ...options, signal: mine, onProgress: watchDownload };
    const result = await lanes.run("front", mine, () => stylizer.stylize(of.preview, all));
    painting.value = { of, result };
    device.value = result.device;
    problem.value = "";
    if (!isOffered) {
      isOffered = true;
      // Without room or network the studio works on, only not offline.
      void keepForOffline().catch(() => {});
    }
  } catch (error) {
    if (!mine.aborted) problem.value = explainError(error);
  } finally {
    if (!mine.aborted) isPainting.value = false;
  }
}
