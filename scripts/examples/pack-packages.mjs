import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pnpm } from "../pnpm.mjs";

/** Packs every public package as it would be published, and returns the tarball of each by the package's name. */
export function packPackages(folder) {
  const arguments_ = [
    "--recursive",
    "--filter",
    "./packages/*",
    "--filter",
    "!@mmfs/testing",
    "pack",
    "--pack-destination",
    folder,
  ];
  const status = pnpm(arguments_, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`pnpm pack failed with status ${status}.`);
  const nameOf = (file) => file.replace(/^mmfs-(.+)-\d+\.\d+\.\d+.*\.tgz$/, "@mmfs/$1");
  return new Map(readdirSync(folder).map((file) => [nameOf(file), join(folder, file)]));
}
