import { readFile } from "node:fs/promises";
import { DTYPES } from "@mmfs/core/internal";
import { Command } from "commander";
import { expect, it } from "vitest";
import { addStylizerOptions } from "../cli/stylizer-arguments.js";
import { NODE_DEVICES } from "./node-devices.js";

it("are all in the help of the command and in the README", async () => {
  const help = addStylizerOptions(new Command()).helpInformation();
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  for (const word of [...NODE_DEVICES, ...DTYPES]) expect(help).toMatch(new RegExp(`\\b${word}\\b`));
  for (const device of NODE_DEVICES) expect(readme).toContain(`\`${device}\``);
});
