import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The package's folder: scripts that a child evaluates there find the package by its own name. */
export const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

export interface Finished {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** Runs Node in a child and waits for its end. `during` is called at once with the process. */
export function runNode(
  args: readonly string[],
  options: {
    env?: Record<string, string | undefined>;
    cwd?: string;
    input?: Uint8Array;
    during?: (child: ChildProcess) => void;
  } = {},
): Promise<Finished> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? PACKAGE,
    env: { ...process.env, NODE_OPTIONS: "", ...options.env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  child.stdin.end(options.input);
  options.during?.(child);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status, signal) => {
      resolve({ status, signal, stdout, stderr, seconds: (performance.now() - start) / 1000 });
    });
  });
}

/** Evaluates an ES module in the package's folder. */
export function runModule(source: string, options: Parameters<typeof runNode>[1] & { flags?: string[] } = {}) {
  return runNode([...(options.flags ?? []), "--input-type=module", "-e", source], options);
}
