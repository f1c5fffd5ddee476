import { groupByTag } from "@mmfs/core";
import { createStylizer } from "../stylizer/create-stylizer.js";
import { ExitCode } from "./exit-codes.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

export interface StylesArguments {
  bundle?: string;
  json?: boolean;
}

/** `mmfs styles`. @returns the exit code */
export async function stylesCommand(given: StylesArguments, terminal: Terminal): Promise<number> {
  const stylizer = await createStylizer({ bundle: given.bundle });
  try {
    const presets = await stylizer.presets({ signal: terminal.signal });
    if (given.json) {
      const styles = presets.map(({ name, description, tags }) => ({ name, description, tags }));
      printJson(terminal, { bundle: stylizer.bundle.name, styles });
      return ExitCode.done;
    }
    const width = Math.max(0, ...presets.map(({ name }) => name.length));
    const groups = groupByTag(presets);
    const hasHeadings = groups.length > 1 && groups.every(({ tag }) => tag !== undefined);
    for (const { tag, items } of groups) {
      if (hasHeadings) printLine(terminal.stdout, `${tag}:`);
      for (const { name, description = "" } of items) {
        printLine(terminal.stdout, `${hasHeadings ? "  " : ""}${name.padEnd(width)}  ${description}`.trimEnd());
      }
    }
    if (presets.length === 0) printLine(terminal.stdout, "This bundle has no presets; use --style seed:N.");
    return ExitCode.done;
  } finally {
    await stylizer.dispose();
  }
}
