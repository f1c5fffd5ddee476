import { SketchLoop } from "@mmfs/core";
import { drawTile, type StylizeOptions, type StylizeResult, type Stylizer } from "@mmfs/web";
import { computed, effect, signal } from "@preact/signals";
import { cutsOut, extent, extentOptions, manner } from "./choices.js";
import { device, keepForOffline, lanes, openStylizer, watchDownload } from "./engine.js";
import { explainError } from "./explain-error.js";
import { isFaceless, type Photo, photo, photoSignal, problem, selection } from "./photo.js";

/** How a picture is sketched that takes long to be painted. */
const SKETCH: StylizeOptions = { resolution: "live", megapixels: 0.25, size: "painting" };
/** Below this strength the photo shows through the painting, but not yet through its tiles. */
const LEAST_STRENGTH_OF_TILES = 0.25;

/** The newest picture of the photo on the easel that was painted in full. */
export const painting = signal<{ of: Photo; result: StylizeResult }>();
export const isPainting = signal(false);
/** The photo of which there is something to be seen, be it a sketch or the first tiles. */
export const seen = signal<Photo>();

/** What is asked of `stylize` for the photo on the easel; undefined while that is not known. */
export const wish = computed<StylizeOptions | undefined>(() => {
  const all = manner.value;
  if (all === undefined || (selection.value.length === 0 && !isFaceless.value)) return undefined;
  const options = extentOptions(extent.value, { isFaceless: isFaceless.value, isCutOut: cutsOut.value });
  const choosesFaces = options.subject !== "people" && options.surroundings !== "painted";
  return { ...all, ...options, faces: isFaceless.value ? "none" : choosesFaces ? selection.value : "all" };
});

let newest = new AbortController();
let sketches: { of: Photo; loop: SketchLoop } | undefined;
let canvas: HTMLCanvasElement | null = null;
let isOffered = false;

/** Names the canvas on which the painting is drawn while it comes. */
export function paintOn(target: HTMLCanvasElement | null): void {
  canvas = target;
}

/** Paints anew whenever photo, faces, style or strength change: a sketch first, and the painting when they rest. */
export function keepPainting(): () => void {
  return effect(() => {
    const [wanted, current] = [wish.value, photo.value];
    if (wanted !== undefined && sketches?.of === current && sketches?.loop.isRunning) return sketches?.loop.move();
    newest.abort();
    newest = new AbortController();
    if (current === undefined || wanted === undefined) {
      isPainting.value = false;
      return;
    }
    void paint(current, AbortSignal.any([newest.signal, photoSignal()]));
  });
}

async function paint(of: Photo, mine: AbortSignal): Promise<void> {
  isPainting.value = true;
  const loop = new SketchLoop();
  sketches = { of, loop };
  try {
    const stylizer = await openStylizer();
    mine.throwIfAborted();
    const { live, default: fine } = stylizer.bundle.network.resolution;
    if (live < fine) await loop.run(async () => draw(await stylize(stylizer, of, mine, SKETCH), of));
    mine.throwIfAborted();
    const result = await stylize(stylizer, of, mine);
    draw(result, of);
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

function stylize(stylizer: Stylizer, of: Photo, mine: AbortSignal, more?: StylizeOptions): Promise<StylizeResult> {
  return lanes.run("front", mine, () => {
    const options = { ...wish.peek(), ...more };
    // A sketch comes soon enough, and tiles are without the faces that are laid into it at the end.
    const comesInTiles =
      more === undefined && options.surroundings === "painted" && Number(options.strength) >= LEAST_STRENGTH_OF_TILES;
    const onTile: StylizeOptions["onTile"] = (tile) => {
      const context = canvas?.getContext("2d");
      if (!context || mine.aborted) return;
      drawTile(context, tile);
      seen.value = of;
    };
    const told = { signal: mine, onProgress: watchDownload, onTile: comesInTiles ? onTile : undefined };
    return stylizer.stylize(of.preview, { ...options, ...told });
  });
}

function draw({ bitmap }: StylizeResult, of: Photo): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  seen.value = of;
}
