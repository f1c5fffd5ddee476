import { expect, it } from "vitest";
import { type ContactSheet, contactSheet, type SheetTile } from "./contact-sheet.js";

function tile(color: readonly [number, number, number], caption: string, width = 10, height = 10): SheetTile {
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => [...color, 255][i % 4] ?? 0);
  return { picture: { width, height, data }, caption };
}
const pixel = ({ data, width }: ContactSheet, x: number, y: number) => [
  ...data.subarray(4 * (y * width + x)).slice(0, 3),
];

/** Dark pixels in the rows under the tile whose left upper corner is there. */
function ink({ data, width }: ContactSheet, [left, top]: readonly [number, number], size: number, height: number) {
  let count = 0;
  for (let y = top + size; y < top + size + height; y++) {
    for (let x = left; x < left + size; x++) if ((data[4 * (y * width + x)] ?? 255) < 128) count += 1;
  }
  return count;
}

it("lays pictures out row by row, each whole and in its own shape", async () => {
  const tiles = [tile([255, 0, 0], "red"), tile([0, 255, 0], "green", 10, 20), tile([0, 0, 255], "blue")];
  const sheet = await contactSheet(tiles, { columns: 2, tileSize: 64 });
  const below = (sheet.height - 8) / 2;
  expect(sheet.columns).toBe(2);
  expect(sheet.width).toBe(8 + 2 * (64 + 8));
  expect(pixel(sheet, 8 + 32, 8 + 32)).toEqual([255, 0, 0]);
  expect(pixel(sheet, 80 + 32, 8 + 32)).toEqual([0, 255, 0]);
  expect(pixel(sheet, 80 + 2, 8 + 32)).toEqual([255, 255, 255]);
  expect(pixel(sheet, 8 + 32, 8 + below + 32)).toEqual([0, 0, 255]);
  expect(pixel(sheet, 80 + 32, 8 + below + 32)).toEqual([255, 255, 255]);
});

it("makes as many columns as rows, or one more", async () => {
  const tiles = Array.from({ length: 10 }, () => tile([9, 9, 9], ""));
  expect((await contactSheet(tiles, { tileSize: 32 })).columns).toBe(4);
});

it("writes captions of any words under their pictures, in up to two lines", async (context) => {
  const long =
    "a very long prompt of which a sheet can show only the beginning, since there is no room for so many words";
  const captions = ["<b>&amp;</b>", "", long, "水彩 ✨"];
  const sheet = await contactSheet(
    captions.map((caption) => tile([200, 200, 200], caption)),
    { columns: 4, tileSize: 96 },
  );
  if (!sheet.captioned) return context.skip("there is no font on this machine to draw captions with");
  const height = sheet.height - 8 - 8 - 96;
  const inks = captions.map((_, i) => ink(sheet, [8 + i * 104, 8], 96, height));
  expect(inks[0]).toBeGreaterThan(20);
  expect(inks[1]).toBe(0);
  expect(inks[2]).toBeGreaterThan(inks[0] as number);
  const single = await contactSheet([tile([200, 200, 200], "one line")], { tileSize: 96 });
  expect(single.height).toBeLessThan(sheet.height);
});
