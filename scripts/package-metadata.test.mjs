import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { metadataOf, publicPackages } from "./package-metadata.mjs";

it.each([...publicPackages()])("%s says where it lives, as npm and its provenance want it", (folder, manifest) => {
  expect(manifest).toMatchObject(metadataOf(folder));
  expect(existsSync(new URL(`../${manifest.repository.directory}/README.md`, import.meta.url))).toBe(true);
  expect(manifest.keywords.length).toBeGreaterThan(3);
  // the release's workflow asks for provenance; from a laptop it cannot be had
  expect(manifest.publishConfig).toEqual({ access: "public" });
});
