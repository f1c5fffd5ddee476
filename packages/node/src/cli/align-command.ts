import { join, parse } from "node:path";
import { type FacesOption, MMFSError } from "@mmfs/core";
import { alignFace, flatten } from "@mmfs/core/internal";
import { decodePicture } from "../picture/decode-picture.js";
import { encodePicture } from "../picture/encode-picture.js";
import { readInput } from "../picture/read-input.js";
import { makeFolder, removeLeftovers, writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import { type Outcome, runBatch } from "./batch.js";
import { listPhotos } from "./list-photos.js";
import { parseFaces, parseWhole } from "./parse-arguments.js";
import { pathOfFace } from "./plan-outputs.js";
import { type StylizerArguments, stylizerOptions } from "./stylizer-arguments.js";
import type { Terminal } from "./terminal.js";

export interface AlignArguments extends StylizerArguments {
  output: string;
  size: string;
  faces: string;
  json?: boolean;
}

/** `mmfs align`: FFHQ's squares of the faces in photos, as PNG files. @returns the exit code */
export async function alignCommand(
  paths: readonly string[],
  given: AlignArguments,
  terminal: Terminal,
): Promise<number> {
  const size = parseWhole("--size", given.size, 1);
  const which = parseFaces(given.faces);
  const photos = await listPhotos(paths);
  await makeFolder(given.output);
  await removeLeftovers(given.output);
  const { signal } = terminal;
  const stylizer = await createStylizer(stylizerOptions(given));
  try {
    return await runBatch(terminal, { items: photos, nameOf: (photo) => photo, json: given.json ?? false, run: align });
  } finally {
    await stylizer.dispose();
  }

  async function align(photo: string): Promise<Outcome> {
    const faces = await stylizer.findFaces(photo, { signal });
    const chosen = choose(faces.length, which);
    const bytes = await readInput(photo, { signal });
    const picture = flatten(await decodePicture(bytes, { maxPixels: Number.MAX_SAFE_INTEGER, signal }));
    const outputs: { number: number; output: string; crop: unknown }[] = [];
    for (const index of chosen) {
      const face = faces[index];
      if (face === undefined) continue;
      const file = join(given.output, `${parse(photo).name}.png`);
      const output = which === "largest" ? file : pathOfFace(file, index + 1);
      const square = alignFace(picture, face.crop, size).picture;
      const png = await encodePicture(square, "png", { signal });
      await writeFileAtomically(output, png, { signal });
      outputs.push({ number: index + 1, output, crop: face.crop });
    }
    return { line: `${photo} -> ${outputs.map(({ output }) => output).join(", ")}`, json: { faces: outputs } };
  }
}

/** Indices of the faces that were asked for, among those that were found. */
function choose(found: number, which: FacesOption): number[] {
  const all = Array.from({ length: found }, (_value, index) => index);
  const chosen =
    which === "all"
      ? all
      : which === "largest"
        ? all.slice(0, 1)
        : all.filter((i) => which !== "none" && which.includes(i));
  if (chosen.length === 0) {
    const reason = found === 0 ? "No face was found" : `None of the ${found} faces was asked for`;
    throw new MMFSError("NO_FACE", `${reason}.`);
  }
  return chosen;
}
