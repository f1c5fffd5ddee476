import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createStylizer } from "@mmfs/node";
import sharp from "sharp";

/** A portrait of NASA's, public domain: one face. */
export const PORTRAIT = fileURLToPath(new URL("../../docs/assets/astronaut.jpg", import.meta.url));

/** The same without loss, so that no two JPEG decoders have to agree. */
export const PORTRAIT_PNG = await sharp(PORTRAIT).png().toBuffer();

/** The same with 16 megapixels, which keep a server busy for a while. */
export const LARGE_PORTRAIT = await sharp(PORTRAIT).resize(4000).jpeg().toBuffer();

/** A picture without a face. */
export const NO_FACE_PNG = await sharp({ create: { width: 320, height: 240, channels: 3, background: "#7a9" } })
  .png()
  .toBuffer();

/** How large a browser without a GPU paints; Node paints larger unless it is told to. */
export const IN_BROWSER = { megapixels: 0.75 };

/** The pixels that `@mmfs/node` of this repository makes of the portrait on the CPU. */
export async function expectedPixels(options, photo = PORTRAIT_PNG) {
  const stylizer = await createStylizer({ device: "cpu" });
  try {
    return (await stylizer.stylize(photo, options)).data;
  } finally {
    await stylizer.dispose();
  }
}

/** Pixels of a picture file, RGBA. */
export async function pixelsOf(file) {
  return sharp(await (typeof file === "string" ? readFile(file) : file))
    .ensureAlpha()
    .raw()
    .toBuffer();
}

/** Fails unless two pictures differ by at most `most` of 255 in every sample. */
export function assertSamePicture(actual, expected, most) {
  assert.equal(actual.length, expected.length, "the pictures are of different sizes");
  let largest = 0;
  for (const [i, sample] of actual.entries()) largest = Math.max(largest, Math.abs(sample - expected[i]));
  assert(largest <= most, `the pictures differ by ${largest} of 255, more than ${most}`);
}
