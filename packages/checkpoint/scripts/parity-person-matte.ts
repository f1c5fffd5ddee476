/**
 * Prints how far the converted person matte is from LiteRT, as a markdown table.
 *
 * MMFS_PYTHON names a Python with ai-edge-litert and numpy. With `--record`, what LiteRT says of the first picture, every
 * fourth pixel of every fourth row, becomes the fixture of the tests.
 */
import { writeFileSync } from "node:fs";
import { convertedMattes, drawnPictures, referenceMattes, SIDE } from "../test/parity/person-matte.js";

const pictures = drawnPictures();
const references = referenceMattes(process.env.MMFS_PYTHON ?? "python3", pictures);
const converted = await convertedMattes(pictures);
console.log("| picture | on people | largest difference |");
console.log("|---|---|---|");
for (const [i, name] of ["a person", "a dark person", "stripes", "noise"].entries()) {
  const [matte, reference] = [converted[i] as Float32Array, references[i] as Float32Array];
  const share = reference.reduce((sum, value) => sum + value, 0) / reference.length;
  const largest = matte.reduce((most, value, at) => Math.max(most, Math.abs(value - (reference[at] as number))), 0);
  console.log(`| ${name} | ${(100 * share).toFixed(1)} % | ${largest.toExponential(1)} |`);
}
if (process.argv.includes("--record")) {
  const every = (references[0] as Float32Array).filter((_, i) => i % 4 === 0 && Math.floor(i / SIDE) % 4 === 0);
  writeFileSync(new URL("../test/__fixtures__/person-matte/litert.f32", import.meta.url), new Uint8Array(every.buffer));
}
