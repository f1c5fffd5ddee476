import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Picture } from "@mmfs/core";
import { checkPicture } from "@mmfs/core/internal";
import sharp, { type Sharp } from "sharp";

const demo = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api")), "../demo");

/** The group photos that come with @vladmandic/face-api, 1920 pixels wide. */
export function groupPhoto(number: number): Sharp {
  return sharp(join(demo, `sample${number}.jpg`));
}

/**
 * Where YuNet (OpenCV Zoo, 2023mar) sees the faces of the group photos: right eye, left eye and tip of the nose, in pixels.
 * A detector of another family, run once with onnxruntime on the photos at 640 pixels.
 */
export const yunetFaces: Readonly<Record<number, readonly (readonly [Pixel, Pixel, Pixel])[]>> = {
  1: [
    [
      [435, 459],
      [513, 456],
      [459, 506],
    ],
    [
      [870, 520],
      [954, 512],
      [928, 568],
    ],
    [
      [1537, 281],
      [1618, 283],
      [1575, 326],
    ],
  ],
  2: [
    [
      [1481, 258],
      [1569, 254],
      [1527, 309],
    ],
    [
      [959, 332],
      [1039, 331],
      [1007, 386],
    ],
    [
      [386, 233],
      [424, 235],
      [370, 279],
    ],
  ],
  3: [
    [
      [628, 431],
      [725, 432],
      [665, 486],
    ],
    [
      [1112, 322],
      [1213, 325],
      [1150, 384],
    ],
    [
      [1564, 411],
      [1656, 414],
      [1619, 471],
    ],
  ],
  4: [
    [
      [1001, 282],
      [1084, 282],
      [1020, 331],
    ],
    [
      [685, 153],
      [784, 158],
      [718, 204],
    ],
    [
      [331, 296],
      [402, 294],
      [394, 349],
    ],
    [
      [1298, 235],
      [1379, 241],
      [1326, 283],
    ],
  ],
  5: [
    [
      [1146, 288],
      [1217, 286],
      [1174, 335],
    ],
    [
      [429, 981],
      [522, 981],
      [481, 1034],
    ],
    [
      [680, 513],
      [750, 511],
      [736, 556],
    ],
    [
      [1432, 499],
      [1521, 495],
      [1464, 552],
    ],
    [
      [846, 192],
      [922, 195],
      [889, 239],
    ],
  ],
  6: [
    [
      [326, 602],
      [421, 598],
      [388, 656],
    ],
    [
      [1518, 381],
      [1621, 384],
      [1555, 440],
    ],
    [
      [1230, 435],
      [1326, 437],
      [1282, 491],
    ],
    [
      [704, 451],
      [793, 450],
      [742, 506],
    ],
  ],
};

export type Pixel = readonly [x: number, y: number];

/** The woman second from the left on group photo 3, head and shoulders, 600 pixels square; her eyes are level. */
export function portrait(): Promise<Buffer> {
  return groupPhoto(3).extract({ left: 370, top: 150, width: 600, height: 600 }).png().toBuffer();
}

/** A grey canvas with the portrait in its middle, `side` pixels wide and turned clockwise. */
export async function portraitOnCanvas(width: number, height: number, side: number, turn = 0): Promise<Sharp> {
  const piece = await sharp(await portrait())
    .resize(side, side)
    .rotate(turn, { background })
    .png()
    .toBuffer();
  const { width: pieceSide = 0 } = await sharp(piece).metadata();
  const shown = Math.min(pieceSide, width, height);
  const offset = Math.floor((pieceSide - shown) / 2);
  const input = await sharp(piece).extract({ left: offset, top: offset, width: shown, height: shown }).png().toBuffer();
  const canvas = sharp({ create: { width, height, channels: 3, background } }).composite([{ input }]);
  return sharp(await canvas.png().toBuffer());
}

const background = "#8a8076";

export async function toPicture(image: Sharp): Promise<Picture> {
  const { data, info } = await image.clone().ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return checkPicture({ width: info.width, height: info.height, data });
}
