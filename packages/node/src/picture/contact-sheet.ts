import type { Picture } from "@mmfs/core";
import { loadSharp, type Sharp } from "./load-sharp.js";

/** One picture of a {@link contactSheet}. */
export interface SheetTile {
  picture: Picture;
  caption: string;
}

export interface SheetOptions {
  /** Pictures in a row. @default about as many as there are rows */
  columns?: number | undefined;
  /** Side of a tile in pixels; a picture of another shape is fitted into it. @default 256 */
  tileSize?: number | undefined;
}

/** A contact sheet as pixels. */
export interface ContactSheet extends Picture {
  columns: number;
  /** False where the captions are missing because the machine has no font to draw them with. */
  captioned: boolean;
}

const GAP = 8;
const LINES = 2;
/** In units of the font's size. */
const LINE_HEIGHT = 1.25;
const CHARACTER_WIDTH = 0.58;
const FONT = "DejaVu Sans, Noto Sans, Liberation Sans, Arial, Helvetica, sans-serif";

/**
 * Lays pictures out in a grid on white, row by row, with a caption of up to two lines under each; without any caption there is
 * no room for them.
 *
 * @throws {MMFSError} `UNSUPPORTED_PLATFORM` where sharp cannot be loaded
 */
export async function contactSheet(tiles: readonly SheetTile[], options: SheetOptions = {}): Promise<ContactSheet> {
  const { columns = Math.ceil(Math.sqrt(tiles.length)), tileSize = 256 } = options;
  const sharp = await loadSharp();
  const captioned = await canDrawText(sharp);
  const fontSize = Math.max(11, Math.round(tileSize / 17));
  const captions = tiles.map(({ caption }) => wrap(caption, Math.floor(tileSize / (fontSize * CHARACTER_WIDTH))));
  const lines = Math.max(...captions.map(({ length }) => length));
  const captionHeight =
    captioned && captions.some((each) => each.join("") !== "") ? Math.ceil(fontSize * LINE_HEIGHT * (lines + 0.3)) : 0;
  const step = { x: tileSize + GAP, y: tileSize + captionHeight + GAP };
  const width = GAP + columns * step.x;
  const height = GAP + Math.ceil(tiles.length / columns) * step.y;

  const layers = await Promise.all(
    tiles.map(async ({ picture }, index) => {
      const left = GAP + (index % columns) * step.x;
      const top = GAP + Math.floor(index / columns) * step.y;
      const { data } = picture;
      const input = await sharp(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), {
        raw: { width: picture.width, height: picture.height, channels: 4 },
      })
        .resize(tileSize, tileSize, { fit: "contain", background: "white" })
        .png({ compressionLevel: 0 })
        .toBuffer();
      const tile = { input, left, top };
      if (captionHeight === 0) return [tile];
      const text = Buffer.from(captionSvg(captions[index] ?? [], tileSize, captionHeight, fontSize));
      return [tile, { input: text, left, top: top + tileSize }];
    }),
  );
  const { data } = await sharp({ create: { width, height, channels: 4, background: "white" } })
    .composite(layers.flat())
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width, height, data: new Uint8ClampedArray(data), columns, captioned };
}

/** Without any font, every text comes out the same: as nothing, or as boxes. */
async function canDrawText(sharp: Sharp): Promise<boolean> {
  const draw = (text: string) =>
    sharp(Buffer.from(captionSvg([text], 60, 40, 20)))
      .raw()
      .toBuffer();
  const [narrow, wide] = await Promise.all([draw("ii"), draw("WW")]);
  return !narrow.equals(wide);
}

function captionSvg(lines: readonly string[], width: number, height: number, fontSize: number): string {
  const rows = lines.map(
    (line, i) => `<tspan x="50%" y="${Math.round(fontSize * LINE_HEIGHT * (i + 0.95))}">${escapeXml(line)}</tspan>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><text text-anchor="middle"
    font-family="${FONT}" font-size="${fontSize}" fill="#1a1a1a">${rows.join("")}</text></svg>`;
}

/** Up to two lines of at most `length` characters, the last with an ellipsis where more was to come. */
function wrap(text: string, length: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/\s+/)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > length) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  const kept = lines.slice(0, LINES);
  const last = kept.pop() ?? "";
  kept.push(lines.length > LINES ? `${last}…` : last);
  return kept.map((each) => (each.length > length ? `${each.slice(0, length - 1)}…` : each));
}

function escapeXml(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
