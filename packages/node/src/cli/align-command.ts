import { type FacesOption, MMFSError } from "@mmfs/core";
import { alignFace, flatten } from "@mmfs/core/internal";
import { decodePicture } from "../picture/decode-picture.js";
import { encodePicture } from "../picture/encode-picture.js";
import { readInput } from "../picture/read-input.js";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { makeFolder, removeLeftovers, writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import { type Outcome, runBatch } from "./batch.js";
import { listPhotos } from "./list-photos.js";
import { parseFaces, parseWhole } from "./parse-arguments.js";
import { photoArgument } from "./photo-argument.js";
import { type PlannedOutput, pathOfFace, planFolder } from "./plan-outputs.js";
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
  const { photos, leftOut } = await listPhotos(paths);
  const plan = planFolder(photos, given.output, { format: "png", faces: which !== "largest" });
  await refuseOverwriting(
    plan.map(({ output }) => output),
    photos,
  );
  await makeFolder(given.output);
  await removeLeftovers(given.output);
  const { signal } = terminal;
  const stylizer = await createStylizer(stylizerOptions(given));
  try {
    const nameOf = ({ photo }: PlannedOutput) => photo;
    return await runBatch(terminal, { items: plan, leftOut, nameOf, json: given.json ?? false, run: align });
  } finally {
    await stylizer.dispose();
  }

  async function align({ photo, output: file }: PlannedOutput): Promise<Outcome> {
    const bytes = await readInput(await photoArgument(photo), { signal, allowRemote: true });
    const faces = await stylizer.findFaces(bytes, { signal });
    const chosen = choose(faces.length, which);
    const picture = flatten(await decodePicture(bytes, { maxPixels: Number.MAX_SAFE_INTEGER, signal }));
    const outputs: { number: number; output: string; crop: unknown }[] = [];
    for (const index of chosen) {
      const face = faces[index];
      if (face === undefined) continue;
      const output = which === "largest" ? file : pathOfFace(file, index + 1);
      await refuseOverwriting([output], photos, "FILE_NOT_WRITABLE");
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
