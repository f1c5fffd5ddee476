// Stylizes one photo with the default bundle: a picture of the first preset, and a sheet of all of them.
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createStylizer } from "@mmfs/node";
import { contactSheet } from "./contact-sheet.mjs";

const photo = process.argv[2] ?? fileURLToPath(new URL("../docs/assets/astronaut.jpg", import.meta.url));
const folder = fileURLToPath(new URL("../demo-output", import.meta.url));
await mkdir(folder, { recursive: true });

const started = performance.now();
const stylizer = await createStylizer();
const presets = await stylizer.presets();
const loaded = performance.now();

const [first] = presets;
const result = await stylizer.stylize(photo, { style: first.name });
const picture = resolve(folder, "portrait.png");
await result.toFile(picture);

console.log(
  `\n${resolve(photo)}\n  in the style "${first.name}", on ${result.device}, painted at ${result.painting.width} × ${result.painting.height} pixels:\n`,
);
const milliseconds = (time) => `${time.toFixed(0).padStart(6)} ms`;
console.log(`  ${"open bundle".padEnd(12)}${milliseconds(loaded - started)}`);
for (const stage of ["decode", "map", "detect", "align", "encode", "stylize", "composite", "write", "total"]) {
  const time = result.timings[stage];
  if (time !== undefined) console.log(`  ${stage.padEnd(12)}${milliseconds(time)}`);
}
for (const warning of result.warnings) console.log(`  note: ${warning}`);

const tiles = [];
for (const { name } of presets) {
  const crop = await stylizer.stylize(photo, { style: name, faces: "largest", output: "crop" });
  tiles.push({ label: name, picture: crop });
}
const sheet = resolve(folder, "all-styles.png");
await contactSheet(tiles, sheet);
await stylizer.dispose();

console.log(
  `\nThe portrait:   ${picture}\nAll ${presets.length} styles:  ${sheet}\n  row by row: ${presets.map(({ name }) => name).join(", ")}`,
);
