import { MMFSError, type StyleOrigin, serializeStyleCode } from "@mmfs/core";
import { refuseOverwriting } from "../picture/refuse-overwriting.js";
import { writeFileAtomically } from "../picture/write-file-atomically.js";
import { createStylizer } from "../stylizer/create-stylizer.js";
import { ExitCode } from "./exit-codes.js";
import { startProgress } from "./progress-bar.js";
import { filesOfStyle, parseStyleArguments, type StyleArguments } from "./style-arguments.js";
import { type StylizerArguments, stylizerOptions } from "./stylizer-arguments.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface StyleCommandArguments extends StylizerArguments, Omit<StyleArguments, "style"> {
  output: string;
  json?: boolean;
}

/** `mmfs style`: the code of a style, saved for later use without any tower. @returns the exit code */
export async function styleCommand(
  text: string | undefined,
  given: StyleCommandArguments,
  terminal: Terminal,
): Promise<number> {
  const { reference, mix, output } = given;
  const style = await parseStyleArguments({
    ...(text === undefined ? {} : { style: text }),
    ...(reference === undefined ? {} : { reference }),
    ...(mix === undefined ? {} : { mix }),
  });
  if (style === undefined) {
    throw new MMFSError("INVALID_ARGUMENT", 'Say which style to save: mmfs style "a prompt", --reference or --mix.');
  }
  if (!/\.(style|json)$/i.test(output)) {
    throw new MMFSError(
      "INVALID_ARGUMENT",
      `--style knows a style code file by its ending: ${output} must end with .style or .json.`,
    );
  }
  await refuseOverwriting([output], [text ?? "", ...filesOfStyle(given)]);
  const { signal } = terminal;
  const stylizer = await createStylizer(stylizerOptions(given));
  try {
    const progress = startProgress(terminal, 1, given.json);
    const code = await stylizer
      .resolveStyle(style, {
        signal,
        onProgress: (event) => {
          if (event.type === "download") progress.update(0, event.file);
        },
      })
      .finally(() => progress.stop());
    await writeFileAtomically(output, Buffer.from(serializeStyleCode(code)), { signal });
    const { origin, layers, dim } = code;
    if (given.json) printJson(terminal, { output, origin, layers, dim, bundle: stylizer.bundle.name });
    else printLine(terminal.stdout, `${describeOrigin(origin)} -> ${output}  (for ${stylizer.bundle.name})`);
    return ExitCode.done;
  } finally {
    await stylizer.dispose();
  }
}

function describeOrigin(origin: StyleOrigin): string {
  if (origin.type === "text") return `"${origin.prompt}"`;
  if (origin.type === "preset" || origin.type === "pack") return origin.name;
  if (origin.type === "seed") return `seed ${origin.seed}`;
  if (origin.type === "mixture") return origin.of.map(describeOrigin).join(" + ");
  return origin.type === "image" ? "picture" : "file";
}
