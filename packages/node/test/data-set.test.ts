import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { runNode } from "./child.js";
import { makeToyBundle } from "./toy-bundle.js";

/** Photos as their photographers left them; not part of the repository. */
const photos = join(
  process.env.MMFS_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url)),
  "faces/evaluation",
);
const present = existsSync(photos);
if (!present) console.log(`Portraits of the data set are not tested: there is no ${photos} (MMFS_DATA names another).`);

describe.runIf(present)("mmfs stylize on portraits of the data set", () => {
  it("stylizes the one face of each of 20 photos", async () => {
    const toy = await makeToyBundle();
    const folder = await mkdtemp(join(tmpdir(), "mmfs-data-"));
    try {
      await mkdir(join(folder, "photos"));
      const names = (await readdir(photos))
        .filter((name) => name.endsWith(".jpg"))
        .sort()
        .slice(0, 20);
      for (const name of names) await copyFile(join(photos, name), join(folder, "photos", name));
      const bin = new URL("../bin/mmfs.mjs", import.meta.url).pathname;
      const args = [
        bin,
        "stylize",
        join(folder, "photos"),
        "-o",
        join(folder, "art"),
        "--bundle",
        toy.folder,
        "--json",
      ];
      const { status, stdout, stderr } = await runNode(args);
      expect([status, stderr]).toEqual([0, ""]);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ done: names.length, failed: 0 });
      for (const { photo, outputs, faces } of report.photos) {
        const [before, after] = [await sharp(photo).metadata(), await sharp(outputs[0]).metadata()];
        expect([after.width, after.height]).toEqual([before.width, before.height]);
        expect(faces.length).toBeGreaterThanOrEqual(1);
      }
    } finally {
      await toy.remove();
      await rm(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
