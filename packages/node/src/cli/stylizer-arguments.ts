import { DTYPES, USUAL_MAX_PIXELS } from "@mmfs/core/internal";
import type { Command } from "commander";
import { NODE_DEVICES } from "../runtime/node-devices.js";
import type { StylizerOptions } from "../stylizer/options.js";
import { parseWhole } from "./parse-arguments.js";

/** Options of every command that opens a bundle. */
export interface StylizerArguments {
  bundle?: string;
  device: string;
  dtype: string;
  threads?: string;
  maxPixels?: string;
}

export function addStylizerOptions(command: Command): Command {
  return command
    .option("--bundle <folder>", "bundle of networks and presets (default: the one of @mmfs/model-mini)")
    .option("--device <device>", listed(["auto", ...NODE_DEVICES]), "auto")
    .option("--dtype <dtype>", listed(DTYPES), "fp32")
    .option("--threads <count>", "threads that the CPU computes with (default: one for each core)")
    .option("--max-pixels <count>", `refuse photos with more pixels (default: ${USUAL_MAX_PIXELS})`);
}

/** Words as a sentence lists them: `a, b or c`. */
function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** What was given, for `createStylizer`, which judges it. */
export function stylizerOptions({ bundle, device, dtype, threads, maxPixels }: StylizerArguments): StylizerOptions {
  return {
    // an address on the command line was typed by the one whose machine it is
    allowRemote: true,
    bundle,
    device: device as StylizerOptions["device"],
    dtype: dtype as StylizerOptions["dtype"],
    ...(threads === undefined ? {} : { threads: parseWhole("--threads", threads, 1) }),
    ...(maxPixels === undefined ? {} : { maxPixels: parseWhole("--max-pixels", maxPixels, 1) }),
  };
}
