import { describe, expect, it } from "vitest";
import { loadBundle } from "../bundle/load-bundle.js";
import type { Brush } from "../networks/decode.js";
import { GraphSet } from "../networks/graph-set.js";
import { copyInto } from "../picture/copy-part.js";
import { createPicture, type Picture } from "../picture/picture.js";
import { RandomGenerator } from "../random/random-generator.js";
import { StyleCode } from "../style/style-code.js";
import { cpuRuntime } from "../stylizer/__fixtures__/cpu-runtime.js";
import { freeBundle, tinyBundle } from "../stylizer/__fixtures__/tiny-bundle.js";
import type { PaintedTile } from "../stylizer/options.js";
import { StageClock } from "../stylizer/stage-clock.js";
import { paintTiles, type TilePlan, tilesFor } from "./paint-tiles.js";

const code = StyleCode.fromRow(new RandomGenerator(3).normals(4), { type: "preset", name: "any" });
const brush: Brush = { decoder: "decoder", code, seed: 5 };

/** A picture in which every place looks different. */
function landscape(width: number, height: number): Picture {
  const picture = createPicture(width, height);
  const random = new RandomGenerator(1);
  for (let i = 0; i < picture.data.length; i++) {
    const [x, y, c] = [(i >> 2) % width, Math.floor(i / 4 / width), i & 3];
    picture.data[i] = c === 3 ? 255 : 128 + 60 * Math.sin(x / (9 + c)) * Math.cos(y / (13 - c)) + 30 * random.normal();
  }
  return picture;
}

async function paint(picture: Picture, plan: TilePlan, onTile?: (tile: PaintedTile) => void, bundle = freeBundle()) {
  const graphs = new GraphSet(await loadBundle(bundle), cpuRuntime(), "cpu", "fp32");
  const clock = new StageClock(undefined, () => {});
  const painted = await paintTiles({ graphs, clock, load: {} }, picture, brush, { plan, onTile });
  await graphs.dispose();
  return painted.painting;
}

function largestDifference(one: Picture, other: Picture): number {
  return one.data.reduce((most, byte, i) => Math.max(most, Math.abs(byte - other.data[i]!)), 0);
}

describe("a painting in tiles", () => {
  it.each([
    [480, 352, 300],
    [500, 333, 220],
    [90, 700, 200],
  ])("of %i × %i px equals the one that was painted at once", async (width, height, cells) => {
    const picture = landscape(width, height);
    const [whole, tiled] = [tilesFor(picture), tilesFor(picture, undefined, cells)];
    expect(whole.decode).toHaveLength(1);
    expect(Math.min(tiled.decode.length, tiled.encode.length)).toBeGreaterThan(1);
    const expected = await paint(picture, whole);
    expect(new Set(expected.data).size).toBeGreaterThan(100);
    expect(largestDifference(await paint(picture, tiled), expected)).toBeLessThanOrEqual(1);
  });

  it("gives each tile when it is done, the nearest to what is of interest first", async () => {
    const picture = landscape(640, 320);
    const tiles: PaintedTile[] = [];
    const plan = tilesFor(picture, undefined, 250);
    const painting = await paint(picture, plan, (tile) => tiles.push(tile));
    const together = createPicture(640, 320);
    for (const { picture: part, x, y } of tiles) copyInto(together, part, x, y);
    expect(together).toEqual(painting);
    expect(tiles.reduce((sum, { picture: part }) => sum + part.width * part.height, 0)).toBe(640 * 320);
    const distances = tiles.map(({ picture: part, x, y }) =>
      Math.hypot(x + part.width / 2 - 320, y + part.height / 2 - 160),
    );
    expect(distances).toEqual(distances.toSorted((one, other) => one - other));
  });

  it("has strokes of its own in every tile: the noise does not repeat", async () => {
    const grey = createPicture(640, 320);
    grey.data.fill(128);
    const { data, width } = await paint(grey, tilesFor(grey, undefined, 250));
    const row = (x: number, y: number) => data.slice((y * width + x) * 4, (y * width + x + 64) * 4).join();
    const rows = [0, 80, 160, 240].flatMap((y) => [128, 256, 384, 512].map((x) => row(x, y + 40)));
    expect(new Set(rows).size).toBe(rows.length);
  });

  it("is painted by graphs of one size too, also where it is smaller than that", async () => {
    for (const [width, height] of [
      [100, 70],
      [20, 30],
    ] as const) {
      const painting = await paint(landscape(width, height), tilesFor({ width, height }, 32), undefined, tinyBundle());
      expect([painting.width, painting.height]).toEqual([width, height]);
      expect(painting.data.every((byte, i) => i % 4 !== 3 || byte === 255)).toBe(true);
    }
  });
});
