// Lays pictures out in a grid, the way photographers print a film.
import sharp from "sharp";

const gap = 6;
const labelHeight = 22;

/**
 * @param tiles {{ picture: import("@mmfs/node").Picture, label?: string }[]} pictures of `[height, width, 4]`, row by row.
 * @param file where to write; the extension decides the format.
 * @param options `columns`, `size` of a tile in pixels, `labels` to write the labels under the tiles (needs a font).
 */
export async function contactSheet(tiles, file, { columns = 4, size = 256, labels = false } = {}) {
  const rows = Math.ceil(tiles.length / columns);
  const step = { x: size + gap, y: size + gap + (labels ? labelHeight : 0) };
  const layers = await Promise.all(
    tiles.map(async ({ picture, label = "" }, i) => {
      const [height, width, channels] = picture.shape;
      const left = gap + (i % columns) * step.x;
      const top = gap + Math.floor(i / columns) * step.y;
      const raw = { width, height, channels };
      const tile = await sharp(picture.data, { raw }).resize(size, size, { fit: "cover" }).png().toBuffer();
      const text = `<svg width="${size}" height="${labelHeight}"><text x="50%" y="16" text-anchor="middle"
        font-family="DejaVu Sans, sans-serif" font-size="12" fill="#333">${label}</text></svg>`;
      return [{ input: tile, left, top }, ...(labels ? [{ input: Buffer.from(text), left, top: top + size }] : [])];
    }),
  );
  await sharp({
    create: { width: gap + columns * step.x, height: gap + rows * step.y, channels: 3, background: "#ffffff" },
  })
    .composite(layers.flat())
    .toFile(file);
}
