// `npm run demo [-- PHOTO]`: installs, builds, and turns a photo into art.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installAndBuild } from "./install-and-build.mjs";

console.log("Installing and building; the first time takes a minute or two …");
installAndBuild();
const { status } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL("./demo-picture.mjs", import.meta.url)), ...process.argv.slice(2)],
  { stdio: "inherit" },
);
process.exitCode = status ?? 1;
