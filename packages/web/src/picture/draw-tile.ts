import type { PaintedTile } from "@mmfs/core";
import { drawPixels } from "./encode-picture.js";

/**
 * Draws a tile of a painting where it belongs on a canvas that the whole painting is to fill. The canvas may have any size, such as
 * that of the photo.
 */
export function drawTile(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  { picture, x, y, width, height }: PaintedTile,
): void {
  const { canvas } = context;
  // Whole pixels, so that no line is left between two tiles.
  const across = (pixel: number) => Math.round((pixel * canvas.width) / width);
  const down = (pixel: number) => Math.round((pixel * canvas.height) / height);
  const [left, top] = [across(x), down(y)];
  const pixels = new ImageData(picture.data as Uint8ClampedArray<ArrayBuffer>, picture.width, picture.height);
  const [right, bottom] = [across(x + picture.width), down(y + picture.height)];
  context.drawImage(drawPixels(pixels), left, top, right - left, bottom - top);
}
