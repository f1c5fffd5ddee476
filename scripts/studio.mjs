// `npm run studio`: installs, builds, and serves the studio on this machine; PORT chooses another port than 4173.
import { installAndBuild } from "./install-and-build.mjs";
import { pnpm } from "./pnpm.mjs";

console.log("Installing and building; the first time takes a minute or two …");
installAndBuild();
process.exitCode = pnpm(["--silent", "--filter", "@mmfs/studio", "run", "serve"]);
