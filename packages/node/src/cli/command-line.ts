import { readFile } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { describeError, errorToJson } from "./describe-error.js";
import { EXIT_CODE_HELP, ExitCode, exitCodeOf } from "./exit-codes.js";
import { addStyleOptions } from "./style-arguments.js";
import { addStylizerOptions } from "./stylizer-arguments.js";
import { printJson, printLine, type Terminal } from "./terminal.js";

/**
 * The `mmfs` command.
 *
 * @param args what stands behind its name.
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  const terminal: Terminal = { stdout: process.stdout, stderr: process.stderr, signal: interruption.signal };
  const interrupt = () => {
    if (interruption.signal.aborted) process.exit(ExitCode.interrupted);
    interruption.abort(new Error("interrupted"));
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  // `mmfs stylize … | head -1` closes the pipe early: nobody reads what is said, and the photos are painted nevertheless.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

  let code: number = ExitCode.done;
  const program = await makeProgram(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (interruption.signal.aborted) {
      printLine(terminal.stderr, "mmfs: interrupted");
      return ExitCode.interrupted;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.wrongUsage;
    if (args.includes("--json")) printJson(terminal, { error: errorToJson(error) });
    printLine(terminal.stderr, `mmfs: ${describeError(error)}`);
    return exitCodeOf(error);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

/** Each command's module is loaded when the command is called: `mmfs --help` should not wait for the others. */
async function makeProgram(terminal: Terminal, finish: (code: number) => void): Promise<Command> {
  const program = new Command("mmfs")
    .description("Turn the faces of photos into art.")
    .version(await packageVersion())
    .showHelpAfterError("(mmfs --help tells more)")
    .addHelpText("after", EXIT_CODE_HELP)
    .exitOverride();

  addStylizerOptions(
    addStyleOptions(
      program
        .command("stylize")
        .description("paint photos, or all photos in a folder, in a style")
        .argument("<photo...>", "JPEG, PNG, WebP or AVIF files, or a folder of them")
        .requiredOption("-o, --output <path>", "the picture to write; a folder, if there are several")
        .option(
          "-s, --style <style>",
          "a preset (see mmfs styles), a prompt, a style code file, or seed:N (default: the first preset)",
        ),
    )
      .option("--pack <file>", "a style pack, which brings a decoder of its own; in the place of a style")
      .option("--strength <number>", "0 keeps the face, 1 is the style in full, up to 1.5 (default: 1)")
      .option("--seed <number>", "decides the fine texture (default: 0)")
      .option("--faces <which>", "all, largest, numbers by size such as 1,3, or none to paint any picture", "all")
      .option("--crop", "write each face's aligned square instead of the photo")
      .option("--people", "paint the people only, and leave what is around them")
      .option(
        "--surroundings <what>",
        "painted, toned (in the colours of the style), photo, or transparent with --people (default: painted)",
      )
      .option("--resolution <pixels>", "side of a face's square for the network: 128 to 1024, or live (default: 512)")
      .option("--size <of>", "size of the result: photo, or painting as it was made", "photo")
      .option("--megapixels <number>", "how large a painting is at most (default: 1.5 on a CPU, 4 on a GPU)")
      .option("--keep-color", "keep the colours of the photo")
      .option("--format <format>", "jpeg, png, webp or avif for pictures in a folder (default: as the photo)")
      .option("--quality <number>", "1 to 100 (default: 90; AVIF 60)")
      .option("--skip-existing", "leave out photos whose picture is there already, as after an interruption")
      .option("--json", "print one JSON document"),
  )
    .addHelpText("after", EXIT_CODE_HELP)
    .action(async (photos: string[], given) => {
      const { stylizeCommand } = await import("./stylize-command.js");
      finish(await stylizeCommand(photos, given, terminal));
    });

  addStylizerOptions(
    program
      .command("faces")
      .description("tell where the faces of a photo are")
      .argument("<photo>")
      .option("-o, --output <path>", "write the photo with bounds, points and aligned squares drawn on it")
      .option("--json", "print one JSON document, with the 468 landmarks of each face"),
  ).action(async (photo: string, given) => {
    const { facesCommand } = await import("./faces-command.js");
    finish(await facesCommand(photo, given, terminal));
  });

  addStylizerOptions(
    program
      .command("align")
      .description("cut out the faces of photos as FFHQ does, as PNG files")
      .argument("<photo...>", "files, or a folder of them")
      .requiredOption("-o, --output <folder>", "where the squares go")
      .option("--size <pixels>", "side of a square", "512")
      .option("--faces <which>", "all, largest, or numbers by size such as 1,3", "largest")
      .option("--json", "print one JSON document"),
  )
    .addHelpText("after", EXIT_CODE_HELP)
    .action(async (photos: string[], given) => {
      const { alignCommand } = await import("./align-command.js");
      finish(await alignCommand(photos, given, terminal));
    });

  addStylizerOptions(
    addStyleOptions(
      program
        .command("style")
        .description("save the code of a prompt, a picture or a mixture, to be used later without any tower")
        .argument("[style]", "a prompt, a preset, a style code file, or seed:N")
        .requiredOption("-o, --output <file>", "the style code file to write, such as my.style"),
    ).option("--json", "print one JSON document"),
  ).action(async (style: string | undefined, given) => {
    const { styleCommand } = await import("./style-command.js");
    finish(await styleCommand(style, given, terminal));
  });

  program
    .command("styles")
    .description("list the presets of a bundle")
    .option("--bundle <folder>", "the bundle (default: the one of @mmfs/model-mini)")
    .option("--json", "print one JSON document")
    .action(async (given) => {
      const { stylesCommand } = await import("./styles-command.js");
      finish(await stylesCommand(given, terminal));
    });

  addStylizerOptions(
    program
      .command("sheet")
      .description("draw one photo in many styles, with their names, to choose from")
      .argument("<photo>", "its largest face is drawn")
      .requiredOption("-o, --output <picture>", "the contact sheet to write: JPEG, PNG, WebP or AVIF")
      .option("--styles <names>", "styles with commas between them (default: all presets)")
      .option("-s, --style <style>", "a style as of mmfs stylize; may be repeated", collect)
      .option("--reference <picture>", "the style of a picture; may be repeated", collect)
      .option(
        "--mix <style[:weight][@layers]>",
        "as of mmfs stylize: all of them together are one more picture",
        collect,
      )
      .option("--pack <file>", "a style pack; may be repeated", collect)
      .option("--seeds <count>", "add random styles: seed:1, seed:2, …")
      .option("--strength <number>", "as of mmfs stylize (default: 1)")
      .option("--columns <count>", "pictures in a row (default: about as many as there are rows)")
      .option("--tile <pixels>", "side of each picture (default: 256)")
      .option("--json", "print one JSON document"),
  ).action(async (photo: string, given) => {
    const { sheetCommand } = await import("./sheet-command.js");
    finish(await sheetCommand(photo, given, terminal));
  });

  program
    .command("pack")
    .description("make a style pack of a tuned decoder: pack.safetensors of mmfs_training, or a per-style .pth")
    .argument("<checkpoint>")
    .requiredOption("-o, --output <file>", "the .mmfspack to write")
    .option("--bundle <folder>", "the bundle that it was tuned from (default: the one of @mmfs/model-mini)")
    .option("--name <name>", "name of the style (default: what the checkpoint says)")
    .option(
      "-s, --style <style>",
      "what the decoder is given, where the checkpoint has no code: a style code file, or a style",
    )
    .option("--license <terms>", "terms of the weights (default: those of the bundle)")
    .option("--json", "print one JSON document")
    .action(async (checkpoint: string, given) => {
      const { packCommand } = await import("./pack-command.js");
      finish(await packCommand(checkpoint, given, terminal));
    });

  program
    .command("convert")
    .description("make a bundle of an MMFS checkpoint (.pth, .pt, .safetensors); no Python is needed")
    .argument("<checkpoint>")
    .requiredOption("-o, --output <folder>", "the bundle to write")
    .option(
      "--size <pixels>",
      "side of a face's square by default, a multiple of 16 from 128 to 1024 (default: what the checkpoint says, else 512)",
    )
    .option("--name <name>", "name of the bundle (default: that of the checkpoint)")
    .option("--license <terms>", "terms of the weights")
    .option("--presets <file>", "presets.json to put into it")
    .option("--clip <folder>", "a CLIP of Hugging Face, so that the bundle understands prompts and pictures")
    .option("--towers <file>", "towers.safetensors of mmfs_training, in the place of a CLIP; needs --tokenizer")
    .option("--tokenizer <file>", "tokenizer.json of the towers")
    .option("--fp16", "add half precision variants for GPUs")
    .option("--json", "print one JSON document")
    .action(async (checkpoint: string, given) => {
      const { convertCommand } = await import("./convert-command.js");
      finish(await convertCommand(checkpoint, given, terminal));
    });

  program
    .command("bundle")
    .description("print what a bundle holds, and verify sizes, SHA-256 and graphs")
    .argument("<folder>")
    .option("--json", "print one JSON document")
    .action(async (folder: string, given) => {
      const { bundleCommand } = await import("./bundle-command.js");
      finish(await bundleCommand(folder, given, terminal));
    });

  return program;
}

function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

async function packageVersion(): Promise<string> {
  const manifest = await readFile(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
