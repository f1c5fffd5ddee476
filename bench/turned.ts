/**
 * Whether faces are found, and the right way round, in portraits that were turned.
 *
 *     MMFS_DATA=FOLDER npx tsx --conditions=@mmfs/source turned.ts [--portraits 72] [--step 15]
 */
import { parseArgs } from "node:util";
import { NodeRuntime } from "@mmfs/node";
import { faceFinder, photoData } from "./faces-accuracy.js";
import { portraits, type TurnedFailure, turnedFailures } from "./turned-faces.js";

const { values } = parseArgs({
  options: { portraits: { type: "string", default: "72" }, step: { type: "string", default: "15" } },
});
const folder = photoData();
if (folder === undefined) {
  console.error("The photo data set is not here; set MMFS_DATA to the folder that has faces/landmarks.csv.");
  process.exitCode = 1;
} else {
  const step = Number(values.step);
  const turns = Array.from({ length: Math.floor(360 / step) }, (_, index) => index * step);
  const runtime = new NodeRuntime();
  const finder = await faceFinder(runtime);
  const files = await portraits(folder, Number(values.portraits));
  const failures: TurnedFailure[] = [];
  for (const file of files) failures.push(...(await turnedFailures(finder, folder, file, turns)));
  await runtime.dispose();

  console.log(`${files.length} portraits, each turned by ${turns.length} angles: ${failures.length} failures\n`);
  console.log("| turned by, degrees | failures |\n|---|---|");
  for (const angle of turns) {
    console.log(`| ${angle} | ${failures.filter(({ turn }) => turn === angle).length} of ${files.length} |`);
  }
  if (failures.length > 0) console.log("");
  for (const { file, turn, reason } of failures) console.log(`${file} at ${turn} degrees: ${reason}`);
}
