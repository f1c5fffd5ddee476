import { basename, extname } from "node:path";
import { MMFSError } from "@mmfs/core";
import { contactSheet, type SheetTile } from "../picture/contact-sheet.js";
import { encodePicture } from "../picture/encode-picture.js";
import { formatOfPath } from "../picture/format-of-path.js";
import { readInput } from "../picture/read-input.js";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import type { StyleOption } from "../stylizer/options.js";
import type { Stylizer } from "../stylizer/stylizer.js";
import { ExitCode } from "./exit-codes.js";
import { parseNumber, parseWhole } from "./parse-arguments.js";
import { photoArgument } from "./photo-argument.js";
import { startProgress } from "./progress-bar.js";
import { readPackFile } from "./read-pack-file.js";
import { filesOfStyle, parseStyleArguments } from "./style-arguments.js";
import { type StylizerArguments, stylizerOptions } from "./stylizer-arguments.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface SheetArguments extends StylizerArguments {
  output: string;
  styles?: string;
  style?: string[];
  reference?: string[];
  mix?: string[];
  pack?: string[];
  seeds?: string;
  strength?: string;
  columns?: string;
  tile?: string;
  json?: boolean;
}

/** A style and what to write under its picture. */
interface NamedStyle {
  caption: string;
  style: StyleOption;
}

/** `mmfs sheet`. @returns the exit code */
export async function sheetCommand(photo: string, given: SheetArguments, terminal: Terminal): Promise<number> {
  const { output, json = false } = given;
  const { signal } = terminal;
  const format = formatOfPath(output);
  const { style = [], reference = [], mix = [], pack = [] } = given;
  await refuseOverwriting([output], [photo, ...style, ...reference, ...filesOfStyle({ mix }), ...pack]);
  const strength = given.strength === undefined ? 1 : parseNumber("--strength", given.strength);
  const columns = given.columns === undefined ? undefined : parseWhole("--columns", given.columns, 1);
  const tileSize = given.tile === undefined ? undefined : parseWhole("--tile", given.tile, 32);
  const named = await namedStyles(given);
  const seeds = Array.from(
    { length: given.seeds === undefined ? 0 : parseWhole("--seeds", given.seeds, 1) },
    seedStyle,
  );

  const stylizer = await createStylizer(stylizerOptions(given));
  const tiles: SheetTile[] = [];
  const input = await readInput(await photoArgument(photo), { signal, allowRemote: true });
  const progress = startProgress(terminal, 1, json);
  try {
    const styles = [...(named.length > 0 ? named : await presetStyles(stylizer, signal)), ...seeds];
    const [first] = styles;
    if (first === undefined) throw new MMFSError("STYLE_UNKNOWN", "The bundle has no presets; name styles or --seeds.");
    // at strength 0 the square is the photo's own
    const all = [
      { caption: "photo", style: first.style, strength: 0 },
      ...styles.map((each) => ({ ...each, strength })),
    ];
    for (const [index, { caption, style, strength: amount }] of all.entries()) {
      progress.update(index / all.length, caption);
      const options = { style, strength: amount, faces: "largest", output: "crop", signal } as const;
      tiles.push({ caption, picture: await stylizer.stylize(input, options) });
    }
  } finally {
    progress.stop();
    await stylizer.dispose();
  }

  const sheet = await contactSheet(tiles, { columns, tileSize });
  await writeFileAtomically(output, await encodePicture(sheet, format, { signal }), { signal });
  const captions = tiles.map(({ caption }) => caption);
  const note = "This machine has no font, so the captions are missing; row by row the pictures are:";
  if (json) {
    const { width, height, captioned } = sheet;
    printJson(terminal, { output, width, height, columns: sheet.columns, captioned, pictures: captions });
    return ExitCode.done;
  }
  printLine(terminal.stdout, `${photo} -> ${output}  (${captions.length} pictures, ${sheet.columns} in a row)`);
  if (!sheet.captioned) printLine(terminal.stdout, `  note: ${note} ${captions.join(", ")}`);
  return ExitCode.done;
}

async function namedStyles({
  styles,
  style = [],
  reference = [],
  mix = [],
  pack = [],
}: SheetArguments): Promise<NamedStyle[]> {
  const texts = [...(styles?.split(",") ?? []), ...style].map((text) => text.trim()).filter((text) => text !== "");
  const named: NamedStyle[] = [];
  for (const text of texts) {
    const parsed = await parseStyleArguments({ style: text });
    if (parsed === undefined) continue;
    const isFile = typeof parsed === "object" && !("seed" in parsed);
    named.push({ caption: isFile ? stem(text) : text, style: parsed });
  }
  for (const path of reference) named.push({ caption: stem(path), style: { image: path } });
  const mixture = await parseStyleArguments(mix.length > 0 ? { mix } : {});
  if (mixture !== undefined) named.push({ caption: mix.join(" + "), style: mixture });
  for (const path of pack) {
    const read = await readPackFile(path);
    named.push({ caption: read.name, style: { pack: read } });
  }
  return named;
}

async function presetStyles(stylizer: Stylizer, signal: AbortSignal): Promise<NamedStyle[]> {
  return (await stylizer.presets({ signal })).map(({ name }) => ({ caption: name, style: name }));
}

function seedStyle(_: unknown, index: number): NamedStyle {
  const seed = index + 1;
  return { caption: `seed:${seed}`, style: { seed } };
}

function stem(path: string): string {
  return basename(path, extname(path));
}
