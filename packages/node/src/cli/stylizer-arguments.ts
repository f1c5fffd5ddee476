import type { DeviceOption, DType } from "@mmfs/core";
import type { Command } from "commander";
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
    .option("--device <device>", "auto, cpu, webgpu, cuda, coreml or dml", "auto")
    .option("--dtype <dtype>", "fp32, fp16 or int8", "fp32")
    .option("--threads <count>", "threads that the CPU computes with (default: one for each core)")
    .option("--max-pixels <count>", "refuse photos with more pixels (default: 64000000)");
}

/** What was given, for `createStylizer`, which judges it. */
export function stylizerOptions({ bundle, device, dtype, threads, maxPixels }: StylizerArguments): StylizerOptions {
  return {
    // an address on the command line was typed by the one whose machine it is
    allowRemote: true,
    bundle,
    device: device as DeviceOption,
    dtype: dtype as DType,
    ...(threads === undefined ? {} : { threads: parseWhole("--threads", threads, 1) }),
    ...(maxPixels === undefined ? {} : { maxPixels: parseWhole("--max-pixels", maxPixels, 1) }),
  };
}
