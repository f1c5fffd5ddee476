import { Stylizer } from "@mmfs/core";
import { checkPicture } from "@mmfs/core/internal";
import { cpuRuntime } from "@mmfs/testing/cpu-runtime";
import { toyFiles } from "@mmfs/testing/toy-bundle";
import { expect, it } from "vitest";
import { groupPhoto } from "./group-photos.js";

it("finds the faces of a group photo, stylizes them, and leaves the rest of the photo as it was", async () => {
  const { data, info } = await groupPhoto(1).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const photo = checkPicture({ width: info.width, height: info.height, data });
  const files = await toyFiles();
  const read = async (path: string) => files.get(path) ?? expect.fail(`The bundle has no ${path}.`);
  const stylizer = await Stylizer.create({ runtime: cpuRuntime(), bundle: { location: "memory", read } });
  const result = await stylizer.stylize(photo, { style: "stripes", surroundings: "photo" });
  await stylizer.dispose();

  expect(result.facesFound).toBeGreaterThanOrEqual(3);
  expect(result.faces).toHaveLength(result.facesFound);
  const outside = (pixel: number) =>
    result.faces.every(({ crop: { center, side } }) => {
      const [x, y] = [pixel % info.width, Math.floor(pixel / info.width)];
      return Math.max(Math.abs(x - center.x), Math.abs(y - center.y)) > side / Math.SQRT2 + 1;
    });
  let changedOutside = 0;
  for (let i = 0; i < data.length; i++) if (result.data[i] !== data[i] && outside(i >> 2)) changedOutside += 1;
  expect(changedOutside).toBe(0);
  for (const { points } of result.faces) {
    const nose = (Math.round(points.noseTip.y) * info.width + Math.round(points.noseTip.x)) * 4;
    expect(result.data.slice(nose, nose + 3)).not.toEqual(data.subarray(nose, nose + 3));
  }
});
