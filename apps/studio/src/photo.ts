import { sizeInHeader } from "@mmfs/core/internal";
import { type Face, MMFSError } from "@mmfs/web";
import { computed, signal } from "@preact/signals";
import { lanes, openStylizer, watchDownload } from "./engine.js";
import { explainError } from "./explain-error.js";

const MOST_PIXELS = 64_000_000;
/** Where a file says how large it is, so that one that would fill the memory is not decoded. */
const HEADER_BYTES = 2 ** 20;
/** Side of the largest picture that is painted while one chooses; what is saved has all pixels of the photo. */
const PREVIEW_SIDE = 1280;

/** The photo on the easel. */
export interface Photo {
  name: string;
  /** The file itself. */
  blob: Blob;
  /** Pixels of the file. */
  width: number;
  height: number;
  /** What is shown and painted while one chooses, its longer side at most 1280 pixels. */
  preview: ImageData;
}

export const photo = signal<Photo>();
/** In pixels of the preview, the largest first; undefined while they are looked for. */
export const faces = signal<readonly Face[]>();
export const selectedFaces = signal<ReadonlySet<number>>(new Set());
/** What went wrong, in plain words. */
export const problem = signal("");

export const selection = computed(() => [...selectedFaces.value].sort((a, b) => a - b));
/** True where faces were looked for in vain. */
export const isFaceless = computed(() => faces.value?.length === 0);

let opened = new AbortController();

/** Ends all that works on the photo before. */
export function photoSignal(): AbortSignal {
  return opened.signal;
}

/** Puts a photo on the easel and looks for faces in it. */
export async function openPhoto(blob: Blob, name = "photo"): Promise<void> {
  opened.abort();
  opened = new AbortController();
  const { signal: mine } = opened;
  problem.value = "";
  try {
    const next = await readPhoto(blob, name);
    mine.throwIfAborted();
    faces.value = undefined;
    selectedFaces.value = new Set();
    photo.value = next;
    const stylizer = await openStylizer();
    const options = { signal: mine, onProgress: watchDownload };
    const found = await lanes.run("front", mine, () => stylizer.findFaces(next.preview, options));
    faces.value = found;
    selectedFaces.value = new Set(found.keys());
  } catch (error) {
    if (!mine.aborted) problem.value = explainError(error);
  }
}

export function closePhoto(): void {
  opened.abort();
  photo.value = undefined;
  faces.value = undefined;
  problem.value = "";
}

export function toggleFace(index: number): void {
  const next = new Set(selectedFaces.value);
  if (!next.delete(index)) next.add(index);
  // Nobody left to paint is nothing to look at.
  if (next.size > 0) selectedFaces.value = next;
}

async function readPhoto(blob: Blob, name: string): Promise<Photo> {
  checkSize(sizeInHeader(new Uint8Array(await blob.slice(0, HEADER_BYTES).arrayBuffer())));
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch (cause) {
    throw new MMFSError("UNSUPPORTED_IMAGE", "The file is not a picture.", { cause });
  }
  try {
    const { width, height } = bitmap;
    checkSize(bitmap);
    const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
    const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const context = new OffscreenCanvas(w, h).getContext("2d", { willReadFrequently: true });
    if (context === null) throw new MMFSError("IMAGE_TOO_LARGE", "The browser has no canvas of this size.");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, w, h);
    return { name: name.replace(/\.\w+$/, ""), blob, width, height, preview: context.getImageData(0, 0, w, h) };
  } finally {
    bitmap.close();
  }
}

function checkSize({ width, height } = { width: 0, height: 0 }): void {
  if (width * height > MOST_PIXELS) throw new MMFSError("IMAGE_TOO_LARGE", "The picture is too large.");
}
