// Lays pictures out in a grid, the way photographers print a film.
import { contactSheet as layOut } from "@mmfs/node";
import sharp from "sharp";

/**
 * @param tiles {{ picture: import("@mmfs/node").Picture, label?: string }[]} pictures, row by row.
 * @param file where to write; the extension decides the format.
 * @param options `columns`, `size` of a tile in pixels.
 */
export async function contactSheet(tiles, file, { columns = 4, size = 256 } = {}) {
  const captioned = tiles.map(({ picture, label = "" }) => ({ caption: label, picture }));
  const { data, width, height } = await layOut(captioned, { columns, tileSize: size });
  await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toFile(file);
}
