// Where the project lives and whose it is stand once, in the root's package.json; every public package repeats them for npm.
//   node scripts/package-metadata.mjs           writes them
//   node scripts/package-metadata.mjs --check   fails where a package says something else
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, root), "utf8"));

/** What a package of the folder says of its home. */
export function metadataOf(folder) {
  const { repository, author } = read("package.json");
  const home = repository.url.replace(/^git\+/, "").replace(/\.git$/, "");
  return {
    homepage: `${home}/tree/main/${folder}#readme`,
    bugs: `${home}/issues`,
    repository: { ...repository, directory: folder },
    author,
  };
}

/** The public packages, by their folders. */
export function publicPackages() {
  const folders = readdirSync(new URL("packages/", root)).map((name) => `packages/${name}`);
  const all = folders.map((folder) => [folder, read(`${folder}/package.json`)]);
  return new Map(all.filter(([, manifest]) => !manifest.private));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [folder, manifest] of publicPackages()) {
    // beside the licence, in the order in which npm's documentation has them
    const wanted = {};
    for (const [key, value] of Object.entries(manifest)) {
      if (!(key in metadataOf(folder))) wanted[key] = value;
      if (key === "license") Object.assign(wanted, metadataOf(folder));
    }
    const text = `${JSON.stringify(wanted, null, 2)}\n`;
    const path = new URL(`${folder}/package.json`, root);
    if (text === `${JSON.stringify(manifest, null, 2)}\n`) continue;
    if (process.argv.includes("--check")) {
      console.error(`${folder}/package.json does not say what the root's does: npm run metadata writes it.`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, text);
    }
  }
}
