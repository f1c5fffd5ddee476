import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const rootOf = (name: string) => dirname(require.resolve(`${name}/package.json`));

/** A file of a CLIP with random weights, of its tokenizers, or `expected.json`, what PyTorch makes with them. */
export const clipFixture = (path: string) => fileURLToPath(new URL(`../fixtures/clip/${path}`, import.meta.url));

/** A file of the networks with random weights that `@mmfs/checkpoint` is tested with. */
export const checkpointFixture = (path: string) => join(rootOf("@mmfs/checkpoint"), "test/__fixtures__", path);

/** The folder of a bundle with random weights that `@mmfs/core` is tested with: of format 1, or of format 2 for any size. */
export const tinyBundle = (folder: "bundle" | "any-size/bundle") =>
  join(rootOf("@mmfs/core"), "src/stylizer/__fixtures__", folder);
