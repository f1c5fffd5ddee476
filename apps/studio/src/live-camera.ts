import type { StylizeOptions } from "@mmfs/web";
import { signal } from "@preact/signals";
import { cutsOut, extent, extentOptions, manner } from "./choices.js";
import { device, lanes, openStylizer, watchDownload } from "./engine.js";
import { explainError } from "./explain-error.js";
import { closePhoto, openPhoto, problem } from "./photo.js";

const FRAME_WIDTH = 640;
/** How much of a frame is painted, so that the next one comes soon. */
const MEGAPIXELS = { webgpu: 0.3, wasm: 0.1 };

/** The camera, while it is on. */
export const camera = signal<MediaStream>();
/** The newest painted frame and how long it took, in milliseconds. */
export const frame = signal<{ bitmap: ImageBitmap; time: number }>();

let running = new AbortController();

export async function startCamera(): Promise<void> {
  try {
    if (navigator.mediaDevices === undefined) throw new DOMException("", "NotFoundError");
    const video = { facingMode: "user", width: { ideal: 1280 } };
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    closePhoto();
    camera.value = stream;
  } catch (error) {
    problem.value = explainError(error);
  }
}

export function stopCamera(): void {
  running.abort();
  for (const track of camera.value?.getTracks() ?? []) track.stop();
  camera.value = undefined;
  frame.value = undefined;
}

/** Puts what the camera sees now on the easel. */
export async function takePhoto(video: HTMLVideoElement): Promise<void> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  stopCamera();
  await openPhoto(blob, "camera");
}

/** Paints frame after frame, always the newest: what the camera showed meanwhile is never painted. */
export async function paintLive(video: HTMLVideoElement): Promise<void> {
  running.abort();
  running = new AbortController();
  const { signal: mine } = running;
  try {
    const stylizer = await openStylizer();
    while (!mine.aborted) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (video.readyState < video.HAVE_CURRENT_DATA || manner.value === undefined) continue;
      const resizeWidth = Math.min(FRAME_WIDTH, video.videoWidth);
      const picture = await createImageBitmap(video, { resizeWidth, resizeQuality: "high" });
      try {
        const all = { ...frameOptions(), signal: mine, onProgress: watchDownload };
        const result = await lanes.run("front", mine, () => stylizer.stylize(picture, all));
        mine.throwIfAborted();
        frame.value = { bitmap: result.bitmap, time: result.timings.total };
        device.value = result.device;
        problem.value = "";
      } catch (error) {
        if (mine.aborted) return;
        // Somebody who leaves the picture may come back.
        problem.value = explainError(error);
        await new Promise((resolve) => setTimeout(resolve, 250));
      } finally {
        picture.close();
      }
    }
  } catch (error) {
    if (!mine.aborted) problem.value = explainError(error);
  }
}

/** Faces are looked for only where they alone are painted: elsewhere the scale stays the same, whoever comes and goes. */
function frameOptions(): StylizeOptions {
  const options = extentOptions(extent.value, { isFaceless: false, isCutOut: cutsOut.value });
  const faces = options.surroundings === "painted" || options.subject === "people" ? "none" : "all";
  const megapixels = MEGAPIXELS[device.value === "webgpu" ? "webgpu" : "wasm"];
  return { ...manner.value, ...options, faces, megapixels, resolution: "live", size: "painting" };
}
