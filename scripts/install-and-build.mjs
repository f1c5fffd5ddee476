// What every command of the root needs first: the dependencies as the lock file has them, and the built packages.
import { pnpm } from "./pnpm.mjs";

// onnxruntime-node would fetch CUDA libraries from the internet; see packages/node/README.md for those who want them.
process.env.ONNXRUNTIME_NODE_INSTALL ??= "skip";

/** Installs and builds; ends the process with the failing status if either fails. */
export function installAndBuild() {
  for (const args of [
    ["install", "--frozen-lockfile", "--reporter=append-only"],
    ["exec", "turbo", "run", "build", "--output-logs=errors-only"],
  ]) {
    const status = pnpm(args);
    if (status !== 0) {
      console.error(`\nStopped: "pnpm ${args.join(" ")}" failed with status ${status}.`);
      process.exit(status);
    }
  }
}
