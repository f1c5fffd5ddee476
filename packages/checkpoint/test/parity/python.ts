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

/** Runs `python -m mmfs_training.reference` and returns the folder that it wrote. */
export function makeReference(python: string, { size, ngf, styleDim, mapper, seed }: ReferenceShape): string {
  const folder = mkdtempSync(join(tmpdir(), "mmfs-reference-"));
  const numbers = { size, ngf, "style-dim": styleDim, seed, ...(mapper && { "embedding-dim": styleDim }) };
  const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { status, stderr } = spawnSync(python, ["-m", "mmfs_training.reference", ...options, "--out", folder], {
    cwd: training,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`mmfs_training.reference failed: ${stderr}`);
  return folder;
}
