import type { Face } from "@mmfs/core";
import { drawFaces } from "../picture/draw-faces.js";
import { formatOfPath } from "../picture/format-of-path.js";
import { readInput } from "../picture/read-input.js";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import { ExitCode } from "./exit-codes.js";
import { photoArgument } from "./photo-argument.js";
import { type StylizerArguments, stylizerOptions } from "./stylizer-arguments.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface FacesArguments extends StylizerArguments {
  output?: string;
  json?: boolean;
}

/** `mmfs faces`. @returns the exit code */
export async function facesCommand(photo: string, given: FacesArguments, terminal: Terminal): Promise<number> {
  const { output } = given;
  const format = output === undefined ? undefined : formatOfPath(output);
  if (output !== undefined) await refuseOverwriting([output], [photo]);
  const bytes = await readInput(await photoArgument(photo), { signal: terminal.signal, allowRemote: true });
  const stylizer = await createStylizer(stylizerOptions(given));
  let faces: Face[];
  try {
    faces = await stylizer.findFaces(bytes, { signal: terminal.signal });
  } finally {
    await stylizer.dispose();
  }
  if (output !== undefined && format !== undefined) {
    await writeFileAtomically(output, await drawFaces(bytes, faces, format), { signal: terminal.signal });
  }
  if (given.json) {
    printJson(terminal, {
      photo,
      ...(output === undefined ? {} : { output }),
      faces: faces.map(({ box, score, points, crop, landmarks }, index) => ({
        number: index + 1,
        box,
        score,
        points,
        crop,
        landmarks,
      })),
    });
    return ExitCode.done;
  }
  if (faces.length === 0) printLine(terminal.stdout, `${photo}: no face was found`);
  for (const [index, { box, score, crop }] of faces.entries()) {
    const place = `${round(box.width)} × ${round(box.height)} at (${round(box.x)}, ${round(box.y)})`;
    const square = `square of ${round(crop.side)} px, turned by ${crop.angle.toFixed(1)}°`;
    printLine(terminal.stdout, `face ${index + 1}: ${place}, score ${score.toFixed(2)}, ${square}`);
  }
  return ExitCode.done;
}

function round(value: number): string {
  return value.toFixed(0);
}
