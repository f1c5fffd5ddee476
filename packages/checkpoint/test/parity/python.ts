import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const training = fileURLToPath(new URL("../../../../training", import.meta.url));

/** A Python that has PyTorch: `MMFS_PYTHON`, the one of `training/.venv`, or `python3`. */
export function findPython(): string | undefined {
  const candidates = [process.env.MMFS_PYTHON, join(training, ".venv", "bin", "python"), "python3"];
  return candidates.find((python) => {
    if (!python || (python.includes("/") && !existsSync(python))) return false;
    return spawnSync(python, ["-c", "import torch, mmfs_training"], { cwd: training }).status === 0;
  });
}

export interface ReferenceShape {
  size: number;
  ngf: number;
  styleDim: number;
  /** Adds the CLIP mapper. */
  mapper: boolean;
  seed: number;
}

export interface SizesShape {
  /** Height and width of the pictures, multiples of 16, as `320x768`. */
  sizes: readonly string[];
  ngf: number;
  styleDim: number;
  /** Adds the detail path. */
  detail: boolean;
  seed: number;
}

/** Runs `python -m mmfs_training reference` and returns the folder that it wrote. */
export function makeReference(python: string, { size, ngf, styleDim, mapper, seed }: ReferenceShape): string {
  const numbers = { size, ngf, "style-dim": styleDim, seed, ...(mapper && { "embedding-dim": styleDim }) };
  return run(python, ["-m", "mmfs_training", "reference"], numbers);
}

/** Runs `sizes_reference.py` and returns the folder that it wrote. */
export function makeSizesReference(python: string, { sizes, styleDim, detail, ...numbers }: SizesShape): string {
  const script = fileURLToPath(new URL("sizes_reference.py", import.meta.url));
  return run(python, [script, "--sizes", ...sizes, ...(detail ? ["--detail"] : [])], {
    ...numbers,
    "style-dim": styleDim,
  });
}

function run(python: string, command: readonly string[], numbers: Record<string, number>): string {
  const folder = mkdtempSync(join(tmpdir(), "mmfs-reference-"));
  const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { status, stderr } = spawnSync(python, [...command, ...options, "--out", folder], {
    cwd: training,
    // a script is looked for beside itself alone, a module in the working folder
    env: { ...process.env, PYTHONPATH: training },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${command.join(" ")} failed: ${stderr}`);
  return folder;
}
