// Lays pictures out in a grid, the way photographers print a film.
import { contactSheet as layOut } from "@mmfs/node";
import sharp from "sharp";

/**
 * @param tiles {{ picture: import("@mmfs/node").Picture, label?: string }[]} pictures of `[height, width, 4]`, row by row.
 * @param file where to write; the extension decides the format.
 * @param options `columns`, `size` of a tile in pixels.
 */
export async function contactSheet(tiles, file, { columns = 4, size = 256 } = {}) {
  const captioned = tiles.map(({ picture, label = "" }) => {
    const [height, width] = picture.shape;
    return { caption: label, picture: { data: picture.data, width, height } };
  });
  const { data, width, height } = await layOut(captioned, { columns, tileSize: size });
  await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toFile(file);
}
