// `npm run bench`: every table, one after the other, so that none disturbs another.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

for (const file of [
  "browser.ts",
  "faces.ts",
  "identity.ts",
  "networks.ts",
  "photo.ts",
  "prompts.ts",
  "resolutions.ts",
  "tab.ts",
  "turned.ts",
  "whole.ts",
]) {
  console.log(`\n## ${file}\n`);
  const { status } = spawnSync(
    process.execPath,
    ["--import", "tsx", ...(file === "photo.ts" || file === "whole.ts" ? [] : ["--conditions=@mmfs/source"]), file],
    {
      cwd: fileURLToPath(new URL(".", import.meta.url)),
      stdio: "inherit",
    },
  );
  if (status !== 0) process.exitCode = 1;
}
