import { NodeRuntime } from "@mmfs/node";
import { expect, test } from "vitest";
import { faceFinder, photoData } from "./faces-accuracy.js";
import { portraits, turnedFailures } from "./turned-faces.js";

const folder = photoData();
if (folder === undefined) console.log("skipped: the photo data set is not here (MMFS_DATA); faces are not turned");

// a part of what `npm run turned` measures: the angles at which most faces can be taken for upright ones
test.skipIf(folder === undefined)(
  "portraits upside down are read the right way round",
  { timeout: 240_000 },
  async () => {
    const runtime = new NodeRuntime();
    const finder = await faceFinder(runtime);
    const files = (await portraits(folder as string, 72)).filter((_, index) => index % 3 === 0);
    expect(files).toHaveLength(24);
    const failures = [];
    for (const file of files) failures.push(...(await turnedFailures(finder, folder as string, file, [150, 180, 210])));
    expect(failures).toEqual([]);
    await runtime.dispose();
  },
);
