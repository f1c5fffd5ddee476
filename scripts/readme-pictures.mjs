// Draws the pictures of the documentation with the default bundle: `node scripts/readme-pictures.mjs` after a build.
// The photographs: docs/assets/astronaut.jpg, and the samples of the dev dependency @vladmandic/face-api.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createStylizer } from "@mmfs/node";
import sharp from "sharp";
import { contactSheet } from "./contact-sheet.mjs";

const assets = fileURLToPath(new URL("../docs/assets", import.meta.url));
const samples = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
const astronaut = join(assets, "astronaut.jpg");
const sample = (number) => join(samples, `sample${number}.jpg`);

/** Squares of photos, `[left, top, side]` in pixels of the file: portraits, a profile, groups, dim light, half-bodies. */
const squares = [
  { photo: astronaut },
  { photo: sample(2), part: [20, 40, 900] },
  { photo: sample(1), part: [1060, 120, 860] },
  { photo: sample(3), part: [330, 0, 1350] },
  { photo: sample(5), part: [1240, 220, 680] },
  { photo: sample(6), part: [130, 260, 900] },
  { photo: sample(4), part: [560, 0, 1000] },
  { photo: sample(1), part: [280, 200, 760] },
];
const columns = ["pencil", "pen and ink", "red chalk", "linocut", "comic book", "night oil", "neon", "oil painting"];

/** Of the first picture of the README: some of each kind. */
const first = [
  "pencil",
  "ballpoint pen",
  "pen and ink",
  "linocut",
  "pop print",
  "comic book",
  "night oil",
  "oil painting",
  "neon",
];

const stylizer = await createStylizer();
const presets = (await stylizer.presets()).map(({ name }) => name);

const all = await row(astronaut, presets);
await contactSheet(all, join(assets, "presets.jpg"), { columns: 8, size: 240 });
const some = all.filter(({ label }) => label === "photo" || first.includes(label));
await contactSheet(some, join(assets, "styles.jpg"), { columns: 5, size: 300 });

const sheet = [];
for (const { photo, part } of squares) sheet.push(...(await row(await cut(photo, part), columns)));
await contactSheet(sheet, join(assets, "sheet.jpg"), { columns: columns.length + 1, size: 180 });

await write(await stylizer.stylize(sample(6), { style: "watercolor" }), "group.jpg", 1200);
await write(
  await stylizer.stylize(sample(4), { style: "ink etching", subject: "people", surroundings: "transparent" }),
  "people.png",
  900,
);
await stylizer.dispose();

/** A photo as it is, and painted whole in each of the styles. */
async function row(photo, styles) {
  const { data, info } = await sharp(photo).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const picture = { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  const painted = [{ label: "photo", picture }];
  for (const style of styles) {
    painted.push({ label: style, picture: await stylizer.stylize(photo, { style, megapixels: 1 }) });
  }
  return painted;
}

async function cut(photo, part) {
  if (part === undefined) return photo;
  const [left, top, side] = part;
  return sharp(photo).extract({ left, top, width: side, height: side }).png().toBuffer();
}

async function write({ data, width, height }, name, size) {
  const picture = sharp(data, { raw: { width, height, channels: 4 } }).resize(size);
  const file = join(assets, name);
  await (name.endsWith(".png")
    ? picture.png({ palette: true }).toFile(file)
    : picture.removeAlpha().jpeg({ quality: 86 }).toFile(file));
}
