// Draws the pictures of the documentation with the default bundle: `node scripts/readme-pictures.mjs` after a build.
// The photographs: docs/assets/astronaut.jpg, and the samples of the dev dependency @vladmandic/face-api.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { alignFace } from "@mmfs/core";
import { createStylizer } from "@mmfs/node";
import sharp from "sharp";
import { contactSheet } from "./contact-sheet.mjs";

const assets = fileURLToPath(new URL("../docs/assets", import.meta.url));
const samples = join(dirname(createRequire(import.meta.url).resolve("@vladmandic/face-api/package.json")), "demo");
const astronaut = join(assets, "astronaut.jpg");

/** Photos and which of their faces, counted from 0, the largest. */
const people = [
  { photo: astronaut, face: 0 },
  { photo: join(samples, "sample3.jpg"), face: 0 },
  { photo: join(samples, "sample3.jpg"), face: 1 },
  { photo: join(samples, "sample5.jpg"), face: 0 },
  { photo: join(samples, "sample5.jpg"), face: 1 },
  { photo: join(samples, "sample6.jpg"), face: 0 },
  { photo: join(samples, "sample6.jpg"), face: 1 },
  { photo: join(samples, "sample6.jpg"), face: 2 },
];
const group = join(samples, "sample6.jpg");
const columns = [
  "expressionist painting",
  "line engraving",
  "vintage poster",
  "rose pastel",
  "charcoal drawing",
  "coral poster",
  "pale blue watercolor",
  "pop art",
];

const stylizer = await createStylizer();
const { default: size } = stylizer.bundle.network.resolution;
const presets = (await stylizer.presets()).map(({ name }) => name);

const hero = await row(people[0], presets);
await contactSheet(hero, join(assets, "styles.jpg"), { columns: 6, size: 200 });

const sheet = [];
for (const person of people) sheet.push(...(await row(person, columns)));
await contactSheet(sheet, join(assets, "sheet.jpg"), { columns: columns.length + 1, size: 150 });

const pasted = await stylizer.stylize(group, { style: "vintage poster", surroundings: "toned" });
await sharp(pasted.data, { raw: { width: pasted.width, height: pasted.height, channels: 4 } })
  .removeAlpha()
  .resize(1200)
  .extract({ left: 0, top: 40, width: 1200, height: 520 })
  .jpeg({ quality: 88 })
  .toFile(join(assets, "group.jpg"));
await stylizer.dispose();

/** A face as the photo has it, and in each of the styles. */
async function row({ photo, face }, styles) {
  const stylized = [];
  for (const style of styles) {
    const { faces } = await stylizer.stylize(photo, { style, faces: [face], output: "crop" });
    stylized.push({ label: style, picture: faces[0].picture, crop: faces[0].crop });
  }
  const { data, info } = await sharp(photo).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const picture = { width: info.width, height: info.height, data: new Uint8ClampedArray(data) };
  return [{ label: "photo", picture: alignFace(picture, stylized[0].crop, size).picture }, ...stylized];
}
