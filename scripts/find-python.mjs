// The Python that the training uses: MMFS_PYTHON, the virtual environment of training/, or python3 on the path.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const training = fileURLToPath(new URL("../training", import.meta.url));

/** The first Python that can import all of these modules, or undefined. */
export function findPython(modules) {
  const candidates = [
    process.env.MMFS_PYTHON,
    join(training, ".venv", "bin", "python"),
    join(training, ".venv", "Scripts", "python.exe"),
    "python3",
  ];
  return candidates.find((python) => {
    if (!python || (python.includes(".venv") && !existsSync(python))) return false;
    return spawnSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore" }).status === 0;
  });
}
