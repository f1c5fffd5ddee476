import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type * as Node from "../../node/src/index.js";

const astronaut = fileURLToPath(new URL("../../../docs/assets/astronaut.jpg", import.meta.url));

/** A portrait of NASA's, public domain: one face. As PNG, so that no two JPEG decoders have to agree. */
export const PHOTO = new Uint8Array(
  await sharp(await readFile(astronaut))
    .png()
    .toBuffer(),
);

/** The same at half its width, which is painted whole in a quarter of the time. */
export const SMALL_PHOTO = new Uint8Array(await sharp(PHOTO).resize(256, 256).png().toBuffer());

/** The picture that the built package @mmfs/node computes on the CPU. */
export async function nodePicture({
  bundle,
  photo = PHOTO,
  ...options
}: Node.StylizeOptions & { bundle?: string; photo?: Uint8Array }): Promise<Uint8ClampedArray> {
  const node: typeof Node = await import(new URL("../../node/dist/index.js", import.meta.url).href);
  const stylizer = await node.createStylizer({ bundle, device: "cpu" });
  try {
    return (await stylizer.stylize(photo, options)).data;
  } finally {
    await stylizer.dispose();
  }
}
