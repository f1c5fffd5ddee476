import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { assertSamePicture, expectedPixels, NO_FACE_PNG, PORTRAIT, pixelsOf } from "./pictures.mjs";

export async function check(example) {
  const command = `npm start -- me.jpg art.png charcoal`;
  await copyFile(PORTRAIT, example.path("me.jpg"));
  assert.match(await example.run(command), /art\.png: 1 face in \d+ ms on /);
  const expected = await expectedPixels({ style: "charcoal" }, PORTRAIT);
  assertSamePicture(await pixelsOf(example.path("art.png")), expected, 2);

  await writeFile(example.path("me.jpg"), NO_FACE_PNG);
  assert.match(await example.run(command, { status: 1 }), /NO_FACE: \S+ .*/);
}
