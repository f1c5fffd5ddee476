import type { Face, PictureFormat } from "@mmfs/core";
import type { Point } from "@mmfs/core/internal";
import { applySimilarity, cropToSquare, invertSimilarity } from "@mmfs/core/internal";
import { decodePicture } from "./decode-picture.js";
import { encodePicture } from "./encode-picture.js";
import { loadSharp } from "./load-sharp.js";

/** A photo, of which the bytes are given, with the bounds, the five points and the aligned square of each face drawn on it. */
export async function drawFaces(photo: Uint8Array, faces: readonly Face[], format: PictureFormat): Promise<Buffer> {
  const sharp = await loadSharp();
  const { width, height, data } = await decodePicture(photo, { maxPixels: Number.MAX_SAFE_INTEGER });
  const stroke = Math.max(2, Math.round(Math.max(width, height) / 500));
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="none"
    stroke-width="${stroke}">${faces.map((face) => drawFace(face, stroke)).join("")}</svg>`;
  const drawn = await sharp(data, { raw: { width, height, channels: 4 } })
    .composite([{ input: Buffer.from(overlay) }])
    .raw()
    .toBuffer();
  return encodePicture({ width, height, data: new Uint8ClampedArray(drawn) }, format);
}

function drawFace({ box, points, crop }: Face, stroke: number): string {
  const toPhoto = invertSimilarity(cropToSquare(crop, 1));
  const corners = [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ].map((corner) => applySimilarity(toPhoto, corner));
  const square = corners.map(({ x, y }) => `${x},${y}`).join(" ");
  const dots = Object.values(points as unknown as Record<string, Point>)
    .map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="${stroke * 1.5}" fill="#ff2d55" stroke="none"/>`)
    .join("");
  return `<polygon points="${square}" stroke="#2979ff"/>
    <rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" stroke="#00c853"/>${dots}`;
}
