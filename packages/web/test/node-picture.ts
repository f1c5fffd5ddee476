import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type * as Node from "@mmfs/node";
import { PORTRAIT } from "@mmfs/testing/photos";
import sharp from "sharp";

/** The build: the worker thread is a file of it, and the conditions of the tests would give the sources. */
const BUILT = new URL(
  "dist/index.js",
  pathToFileURL(createRequire(import.meta.url).resolve("@mmfs/node/package.json")),
);

/** A portrait of NASA's, public domain: one face. As PNG, so that no two JPEG decoders have to agree. */
export const PHOTO = new Uint8Array(
  await sharp(await readFile(PORTRAIT))
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
  const node: typeof Node = await import(BUILT.href);
  const stylizer = await node.createStylizer({ bundle, device: "cpu" });
  try {
    return (await stylizer.stylize(photo, options)).data;
  } finally {
    await stylizer.dispose();
  }
}
