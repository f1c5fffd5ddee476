import { NodeRuntime } from "@mmfs/node";
import { expect, test } from "vitest";
import { faceFinder, measureAccuracy, percentile, photoData, references } from "./faces-accuracy.js";

const folder = photoData();
if (folder === undefined) console.log("skipped: the photo data set is not here (MMFS_DATA); faces are not measured");

for (const part of ["unaligned", "evaluation"] as const) {
  test.skipIf(folder === undefined)(`crops of ${part} photos are close to YuNet's`, { timeout: 120_000 }, async () => {
    const runtime = new NodeRuntime();
    const finder = await faceFinder(runtime);
    const photos = await references(folder as string, part);
    expect(photos.length).toBeGreaterThanOrEqual(80);
    const { errors } = await measureAccuracy(finder, folder as string, photos);
    const median = (key: "center" | "side" | "angle") =>
      percentile(
        errors.map((error) => error[key]),
        0.5,
      );
    expect(errors.length / photos.length).toBeGreaterThanOrEqual(0.98);
    expect(median("center")).toBeLessThan(2);
    expect(median("side")).toBeLessThan(4);
    expect(median("angle")).toBeLessThan(2.5);
    await runtime.dispose();
  });
}
