import type { Picture } from "@mmfs/core";
import { flatten, resample, type Span } from "@mmfs/core/internal";

const MEAN = [0.48145466, 0.4578275, 0.40821073] as const;
const DEVIATION = [0.26862954, 0.26130258, 0.27577711] as const;

/**
 * A picture as the image tower of a CLIP reads it: over white, its shorter side resized to `size` with an antialiased bicubic
 * filter (Pillow's, a = -0.5), its middle cut out, less CLIP's mean and divided by its standard deviation.
 *
 * @returns `[3, size, size]`, RGB planes.
 * @see `preprocessor_config.json` of openai/clip-vit-base-patch32 and `CLIPImageProcessor` of transformers
 */
export function clipPixels(picture: Picture, size: number): Float32Array {
  const { data } = resizeMiddle(flatten(picture), size);
  const plane = size * size;
  return Float32Array.from({ length: 3 * plane }, (_, i) => {
    const channel = Math.floor(i / plane);
    return (data[(i % plane) * 4 + channel]! / 255 - MEAN[channel]!) / DEVIATION[channel]!;
  });
}

/** Only what is kept of the longer side is resized: all of a very long picture would not fit into the memory. */
function resizeMiddle(source: Picture, size: number): Picture {
  const { width, height } = source;
  const columns = middle(width, Math.min(width, height), size);
  const rows = middle(height, Math.min(width, height), size);
  // One axis after the other, as Pillow rounds and clamps to bytes between them.
  const support = 2 * Math.max(rows.length / size, 1) + 1;
  const first = Math.max(0, Math.floor(rows.start - support));
  const last = Math.min(height, Math.ceil(rows.start + rows.length + support));
  const used = { start: first, length: last - first };
  const narrow = resample(source, { columns, rows: used }, { width: size, height: used.length }, "cubic");
  const kept = { columns: { start: 0, length: size }, rows: { ...rows, start: rows.start - first } };
  return resample(narrow, kept, { width: size, height: size }, "cubic");
}

/** The part of a side that is left when the shorter side is resized to `size` and the middle of both is cut out. */
function middle(length: number, shorter: number, size: number): Span {
  const resized = Math.floor((size * length) / shorter);
  const cut = Math.floor((resized - size) / 2);
  return { start: (cut * length) / resized, length: (size * length) / resized };
}
